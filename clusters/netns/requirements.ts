import { constants, accessSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from '../../agent/linux/exec.ts';
import type { Requirement } from '../requirement.ts';
import { checkStateFolder } from './state-folder.ts';

/** Where administrators' programs are, which is not in an ordinary user's PATH. */
const programFolders = [...(process.env['PATH'] ?? '').split(':'), '/usr/local/sbin', '/usr/sbin', '/sbin'];

interface PackageManager {
  readonly program: string;
  readonly install: readonly (readonly string[])[];
}

const packageManagers: readonly PackageManager[] = [
  {
    program: 'apt-get',
    install: [
      ['apt-get', 'update', '-q'],
      ['apt-get', 'install', '-y', '-q', '--no-install-recommends', 'nftables'],
    ],
  },
  { program: 'dnf', install: [['dnf', 'install', '-y', 'nftables']] },
  { program: 'yum', install: [['yum', 'install', '-y', 'nftables']] },
  { program: 'zypper', install: [['zypper', '--non-interactive', 'install', 'nftables']] },
  { program: 'apk', install: [['apk', 'add', 'nftables']] },
  { program: 'pacman', install: [['pacman', '-S', '--noconfirm', 'nftables']] },
];

/** What the embedded cluster needs of its host, each looked at and not assumed; of the folder that it is kept in, too. */
export async function checkRequirements(stateDir?: string): Promise<readonly Requirement[]> {
  const programs = [
    programRequirement('ip', 'install iproute2 with the system’s package manager'),
    programRequirement('unshare', 'install util-linux with the system’s package manager'),
    programRequirement('nsenter', 'install util-linux with the system’s package manager'),
    programRequirement('nft', nftRemedy()),
  ];
  const linux: Requirement = {
    name: 'Linux',
    ok: process.platform === 'linux',
    found: process.platform,
    remedy: process.platform === 'linux' ? '' : 'run it on Linux, e.g. in a virtual machine or WSL 2',
  };
  if (!linux.ok || programs.some((one) => one.name === 'unshare' && !one.ok)) return [linux, ...programs];
  const namespaces = await userNamespaces();
  if (!namespaces.ok || programs.some((one) => !one.ok)) return [linux, ...programs, namespaces];
  const folder = stateDir === undefined ? [] : [await checkStateFolder(stateDir)];
  return [linux, ...programs, namespaces, ...folder, await kernelFeatures()];
}

/** True when a package manager was found that may be used, as root or through sudo without a password. */
export async function installNft(progress: (line: string) => void): Promise<boolean> {
  const manager = packageManagers.find(({ program }) => findProgram(program) !== null);
  if (!manager) return false;
  const prefix = process.getuid?.() === 0 ? [] : ['sudo', '-n'];
  if (
    prefix.length > 0 &&
    (findProgram('sudo') === null || (await run(['sudo', '-n', 'true'], { allowFailure: true })).exitCode !== 0)
  )
    return false;
  for (const command of manager.install) {
    const argv = [...prefix, ...command];
    progress(`nft is missing; installing it: ${argv.join(' ')}`);
    const { exitCode, stderr } = await run(argv, {
      timeoutMs: 300_000,
      allowFailure: true,
      env: { DEBIAN_FRONTEND: 'noninteractive' },
    });
    if (exitCode !== 0) {
      progress(`that failed with exit code ${exitCode}: ${stderr.trim().split('\n').at(-1) ?? ''}`);
      return false;
    }
  }
  return findProgram('nft') !== null;
}

function nftRemedy(): string {
  const manager = packageManagers.find(({ program }) => findProgram(program) !== null);
  const command = manager?.install.at(-1)?.join(' ');
  return command === undefined ? 'install nftables with the system’s package manager' : `run: sudo ${command}`;
}

function programRequirement(program: string, remedy: string): Requirement {
  const path = findProgram(program);
  return { name: program, ok: path !== null, found: path ?? 'not found', remedy: path === null ? remedy : '' };
}

function findProgram(program: string): string | null {
  for (const folder of programFolders) {
    const path = join(folder, program);
    try {
      accessSync(path, constants.X_OK);
      return path;
    } catch {
      // Not in this folder.
    }
  }
  return null;
}

async function userNamespaces(): Promise<Requirement> {
  const { exitCode, stderr } = await run(
    ['unshare', '--user', '--map-root-user', '--net', '--mount', '--pid', '--fork', 'true'],
    { allowFailure: true },
  );
  if (exitCode === 0) return { name: 'user namespaces', ok: true, found: 'allowed', remedy: '' };
  return {
    name: 'user namespaces',
    ok: false,
    found: stderr.trim() || `unshare ended with ${exitCode}`,
    remedy: namespaceRemedy(),
  };
}

/** The switches that distributions have for user namespaces, in the order in which they are met. */
function namespaceRemedy(): string {
  const isOff = (name: string, off: string): boolean => {
    try {
      return readFileSync(`/proc/sys/${name}`, 'utf8').trim() === off;
    } catch {
      return false;
    }
  };
  if (isOff('kernel/apparmor_restrict_unprivileged_userns', '1'))
    return 'run: sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0';
  if (isOff('kernel/unprivileged_userns_clone', '0')) return 'run: sudo sysctl -w kernel.unprivileged_userns_clone=1';
  if (isOff('user/max_user_namespaces', '0')) return 'run: sudo sysctl -w user.max_user_namespaces=10000';
  return 'allow user namespaces: in a container start it with --privileged, or run on the host itself';
}

const probe = `
set -e
ip link add br0 type bridge
ip link add veth0 type veth peer name veth1
ip link add vxlan0 type vxlan id 1 dstport 4789 dev veth0 nolearning
nft -f "$0"
`;

const probeRules = [
  'table ip t {',
  ' map m {',
  '  type ipv4_addr : ipv4_addr',
  '  flags timeout',
  ' }',
  ' chain s {',
  '  type nat hook postrouting priority 99',
  '  snat to ip saddr map @m',
  ' }',
  ' chain f {',
  '  type filter hook prerouting priority -90',
  '  fib saddr . iif oif missing drop',
  '  ct direction original meta mark set 0x10',
  ' }',
  '}',
  'table netdev t {',
  ' chain e {',
  '  type filter hook egress device "vxlan0" priority 0',
  ' }',
  '}',
  'table arp t {',
  ' chain o {',
  '  type filter hook output priority 0',
  ' }',
  '}',
  '',
].join('\n');

/** Bridge, veth, VXLAN, NAT by map, conntrack, fib, netdev egress and arp tables: tried in a sandbox that vanishes. */
async function kernelFeatures(): Promise<Requirement> {
  const script = `t=$(mktemp) && trap 'rm -f "$t"' EXIT && cat > "$t" && sh -c '${probe}' "$t"`;
  const argv = ['unshare', '--user', '--map-root-user', '--net', '--mount', 'sh', '-c', script];
  const { exitCode, stderr } = await run(argv, { input: probeRules, allowFailure: true });
  if (exitCode === 0)
    return {
      name: 'kernel features',
      ok: true,
      found: 'bridge, veth, vxlan, nftables (nat, fib, netdev egress, arp)',
      remedy: '',
    };
  return {
    name: 'kernel features',
    ok: false,
    found: stderr.trim().split('\n').slice(0, 3).join('; '),
    remedy:
      'load the modules (sudo modprobe -a bridge veth vxlan nft_nat nft_fib_ipv4 nft_ct), or use a kernel of 5.16 or later that has them',
  };
}
