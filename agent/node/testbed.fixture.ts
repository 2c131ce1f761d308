import { mkdir } from 'node:fs/promises';
import { run, start } from '../linux/exec.ts';
import type { Child } from '../linux/exec.ts';
import { ipBatch } from '../linux/ip.ts';
import { nftApply } from '../linux/nft.ts';

/**
 * A small cluster of network namespaces for the tests of the data plane, inside a sandbox without an uplink: three nodes
 * on one LAN, a router, a host outside. The nodes masquerade their pods as a default CNI does, with rp_filter 0, 1 and 2.
 */
export const netnsOf = (name: string): string => `/run/netns/${name}`;

export interface TestNode {
  readonly name: string;
  readonly address: string;
  readonly podCIDR: string;
  /** How pods are attached. */
  readonly attach: 'ptp' | 'bridge';
  readonly rpFilter: 0 | 1 | 2;
}

export const testNodes: readonly TestNode[] = [
  { name: 'node-1', address: '172.16.18.121', podCIDR: '10.203.1.0/24', attach: 'ptp', rpFilter: 0 },
  { name: 'node-2', address: '172.16.18.122', podCIDR: '10.203.2.0/24', attach: 'bridge', rpFilter: 1 },
  { name: 'node-3', address: '172.16.18.123', podCIDR: '10.203.3.0/24', attach: 'ptp', rpFilter: 2 },
];

export const outsideAddress = '172.16.20.10';
const outsidePort = 8080;
/** Only selected pods send to this one, where nobody listens: the discard port (RFC 863). */
export const selectedPort = 9;

export async function buildTestbed(): Promise<void> {
  // The sandbox has its own mount namespace: namespaces get their names in a file system of its own.
  await run(['mount', '-t', 'tmpfs', 'none', '/run']);
  await mkdir('/run/netns');
  const spaces = ['router', 'outside', ...testNodes.map((node) => node.name)];
  await ipBatch([
    'link set lo up',
    ...spaces.map((name) => `netns add ${name}`),
    'link add lan type bridge',
    'link set lan up',
    ...cable('lan-router', 'lan0', 'router'),
    ...testNodes.flatMap((node) => cable(`lan-${node.name}`, 'eth0', node.name)),
    'link add wan0 netns router type veth peer name eth0 netns outside',
  ]);
  await ipBatch(up('lan0', '172.16.18.1/24'), { netns: netnsOf('router') });
  await ipBatch(up('wan0', '172.16.20.1/24'), { netns: netnsOf('router') });
  await ipBatch([...up('eth0', `${outsideAddress}/24`), 'route add default via 172.16.20.1'], {
    netns: netnsOf('outside'),
  });
  await sysctl('router', 'net/ipv4/ip_forward', '1');
  // Whatever the outside sees from a pod's own address has leaked, and of selected pods from a node's.
  await nftApply(
    `table ip leaks { counter pods { }\n chain input { type filter hook prerouting priority raw; ip saddr 10.203.0.0/16 counter name pods\n udp dport ${selectedPort} ip saddr 172.16.18.121-172.16.18.123 counter name pods\n }\n }\n`,
    { netns: netnsOf('outside') },
  );
  for (const node of testNodes) await buildNode(node);
}

function cable(port: string, name: string, netns: string): string[] {
  return [`link add ${port} type veth peer name ${name} netns ${netns}`, `link set ${port} master lan up`];
}

function up(name: string, address: string): string[] {
  return ['link set lo up', `addr add ${address} dev ${name}`, `link set ${name} up`];
}

async function buildNode(node: TestNode): Promise<void> {
  const netns = netnsOf(node.name);
  await sysctl(node.name, 'net/ipv4/ip_forward', '1');
  await sysctl(node.name, 'net/ipv4/conf/all/rp_filter', String(node.rpFilter));
  await sysctl(node.name, 'net/ipv4/conf/default/rp_filter', String(node.rpFilter));
  const others = testNodes.filter((other) => other !== node);
  await ipBatch(
    [
      ...up('eth0', `${node.address}/24`),
      'route add default via 172.16.18.1',
      ...others.map((other) => `route add ${other.podCIDR} via ${other.address}`),
      ...(node.attach === 'bridge'
        ? ['link add cni0 type bridge', 'link set cni0 up', `addr add ${gatewayOf(node)}/24 dev cni0`]
        : []),
    ],
    { netns },
  );
  await nftApply(
    'table ip cni { chain outbound { type nat hook postrouting priority srcnat; ip saddr 10.203.0.0/16 ip daddr != 10.203.0.0/16 masquerade\n }\n }\n',
    { netns },
  );
}

const gatewayOf = (node: TestNode): string => node.podCIDR.replace('.0/24', '.1');

/** Attaches a pod with the given last octet to a node; returns its address. */
export async function addPod(node: TestNode, name: string, octet: number): Promise<string> {
  const address = node.podCIDR.replace('.0/24', `.${octet}`);
  const [netns, gateway, port] = [netnsOf(node.name), gatewayOf(node), `p-${name}`];
  await ipBatch([`netns add ${name}`, `link add ${port} netns ${node.name} type veth peer name eth0 netns ${name}`]);
  const attach =
    node.attach === 'bridge'
      ? [`link set ${port} master cni0 up`]
      : [`addr add ${gateway}/32 dev ${port}`, `link set ${port} up`, `route add ${address}/32 dev ${port}`];
  await ipBatch(attach, { netns });
  const prefix = node.attach === 'bridge' ? 24 : 32;
  await ipBatch([...up('eth0', `${address}/${prefix}`), `route add default via ${gateway} dev eth0 onlink`], {
    netns: netnsOf(name),
  });
  return address;
}

async function sysctl(netns: string, path: string, value: string): Promise<void> {
  await run(['sh', '-c', `echo ${value} > /proc/sys/${path}`], { netns: netnsOf(netns) });
}

/** A server that tells each TCP client the address it sees, then echoes; UDP datagrams are printed with their source. */
const echoProgram = `
require('node:net').createServer((s) => { s.on('error', () => {}); s.write(s.remoteAddress.replace('::ffff:', '') + '\\n'); s.pipe(s); }).listen(${outsidePort}, '0.0.0.0', () => console.log('ready'));
const u = require('node:dgram').createSocket('udp4'); u.on('message', (m, r) => console.log(r.address + ' ' + m)); u.bind(${outsidePort});
`;

export interface EchoServer {
  /** Datagrams seen so far, as \`source text\`. */
  readonly datagrams: string[];
  stop(): Promise<void>;
}

export async function startEcho(netns: string): Promise<EchoServer> {
  const child: Child = start([process.execPath, '-e', echoProgram], { netns: netnsOf(netns) });
  const datagrams: string[] = [];
  const ready = Promise.withResolvers<void>();
  void (async () => {
    for await (const line of child.lines) {
      if (line === 'ready') ready.resolve();
      else datagrams.push(line);
    }
  })();
  await ready.promise;
  return { datagrams, stop: () => child.stop() };
}

/** The source address that a server sees of a new TCP connection from the namespace; 'none' without one in time. */
export async function sourceSeen(netns: string, server: string, seconds = 0.5): Promise<string> {
  const script = `exec 3<>/dev/tcp/${server}/${outsidePort} && head -n 1 <&3`;
  const { stdout } = await run(['timeout', String(seconds), 'bash', '-c', script], {
    netns: netnsOf(netns),
    allowFailure: true,
  });
  return stdout.trim() || 'none';
}

export async function sendDatagram(netns: string, server: string, text: string): Promise<void> {
  const script = `echo -n ${text} > /dev/udp/${server}/${outsidePort}`;
  await run(['bash', '-c', script], { netns: netnsOf(netns), allowFailure: true });
}

/** An open connection that is asked for an echo; resolves with what came back, or 'none' in the given time. */
export function openConnection(
  netns: string,
  server: string,
): { ask(text: string, timeoutMs: number): Promise<string>; stop(): Promise<void> } {
  const script = `exec 3<>/dev/tcp/${server}/${outsidePort}; cat <&3 & while read -r line; do echo "$line" >&3; done`;
  const child = start(['bash', '-c', script], { netns: netnsOf(netns) });
  const waiting: { text: string; resolve: (text: string) => void }[] = [];
  void (async () => {
    for await (const line of child.lines) for (const entry of waiting) if (entry.text === line) entry.resolve(line);
  })();
  return {
    ask: (text, timeoutMs) =>
      new Promise((resolve) => {
        waiting.push({ text, resolve });
        setTimeout(() => resolve('none'), timeoutMs).unref();
        child.writeLine(text);
      }),
    stop: () => child.stop(),
  };
}

/** Everything of a node that an uninstall has to restore. */
export async function nodeState(netns: string): Promise<string> {
  const commands = [
    'nft list ruleset',
    'ip -4 rule',
    'ip -4 route show table all',
    'ip -4 -br addr',
    'ip -4 neigh show nud permanent',
  ];
  const { stdout } = await run(['sh', '-c', commands.join('; echo; ')], { netns: netnsOf(netns) });
  // Dynamic: counters, and routes' own garbage.
  return stdout.replace(/packets \d+ bytes \d+/g, 'packets N bytes N');
}

export async function leakedPackets(): Promise<number> {
  const { stdout } = await run(['nft', 'list', 'counter', 'ip', 'leaks', 'pods'], { netns: netnsOf('outside') });
  return Number(/packets (\d+)/.exec(stdout)?.[1]);
}
