import { mkdir } from 'node:fs/promises';
import { run, start } from '../linux/exec.ts';
import type { Child } from '../linux/exec.ts';
import { ipBatch } from '../linux/ip.ts';
import { nftApply } from '../linux/nft.ts';

/**
 * A small cluster of network namespaces for the tests of the data plane, inside a sandbox without an uplink: three nodes
 * on one LAN, a router, a host outside; everything has addresses of both IP versions. The nodes masquerade their pods as
 * a default CNI does, with rp_filter 0, 1 and 2.
 */
export const netnsOf = (name: string): string => `/run/netns/${name}`;

/** One address of each IP version. */
export interface Both {
  readonly 4: string;
  readonly 6: string;
}

export interface TestNode {
  readonly name: string;
  readonly address: Both;
  readonly podCIDR: Both;
  /** How pods are attached. */
  readonly attach: 'ptp' | 'bridge';
  readonly rpFilter: 0 | 1 | 2;
}

const nodeNumber = (n: 1 | 2 | 3, attach: 'ptp' | 'bridge', rpFilter: 0 | 1 | 2): TestNode => ({
  name: `node-${n}`,
  address: lanAddress(120 + n),
  podCIDR: { 4: `10.203.${n}.0/24`, 6: `fd00:203:${n}::/64` },
  attach,
  rpFilter,
});

/** An address of the nodes' LAN. */
export function lanAddress(host: number): Both {
  return { 4: `172.16.18.${host}`, 6: `fd00:18::${host}` };
}

export const testNodes: readonly TestNode[] = [
  nodeNumber(1, 'ptp', 0),
  nodeNumber(2, 'bridge', 1),
  nodeNumber(3, 'ptp', 2),
];

export const outsideAddress: Both = { 4: '172.16.20.10', 6: 'fd00:20::10' };
const outsidePort = 8080;
/** Only selected pods send to this one, where nobody listens: the discard port (RFC 863). */
export const selectedPort = 9;

export async function buildTestbed(): Promise<void> {
  // The sandbox has its own mount namespace: namespaces get their names in a file system of its own.
  await run(['mount', '-t', 'tmpfs', 'none', '/run']);
  await mkdir('/run/netns');
  const spaces = ['router', 'outside', ...testNodes.map((node) => node.name)];
  await addNamespaces(spaces);
  await ipBatch([
    'link set lo up',
    'link add lan type bridge',
    'link set lan up',
    ...cable('lan-router', 'lan0', 'router'),
    ...testNodes.flatMap((node) => cable(`lan-${node.name}`, 'eth0', node.name)),
    'link add wan0 netns router type veth peer name eth0 netns outside',
  ]);
  await ipBatch(up('lan0', { 4: '172.16.18.1/24', 6: 'fd00:18::1/64' }), { netns: netnsOf('router') });
  await ipBatch(up('wan0', { 4: '172.16.20.1/24', 6: 'fd00:20::1/64' }), { netns: netnsOf('router') });
  await ipBatch(
    [
      ...up('eth0', { 4: `${outsideAddress[4]}/24`, 6: `${outsideAddress[6]}/64` }),
      'route add default via 172.16.20.1',
      'route add default via fd00:20::1',
    ],
    { netns: netnsOf('outside') },
  );
  await forwarding('router');
  // Whatever the outside sees from a pod's own address has leaked, and of selected pods from a node's.
  const leaks = (ip: string, pods: string, nodes: string): string =>
    `${ip} saddr ${pods} counter name pods\n udp dport ${selectedPort} ${ip} saddr ${nodes} counter name pods\n`;
  await nftApply(
    `table inet leaks { counter pods { }\n chain input { type filter hook prerouting priority raw;
    ${leaks('ip', '10.203.0.0/16', '172.16.18.121-172.16.18.123')} ${leaks('ip6', 'fd00:203::/32', '{ fd00:18::121, fd00:18::122, fd00:18::123 }')} }\n }\n`,
    { netns: netnsOf('outside') },
  );
  for (const node of testNodes) await buildNode(node);
}

/** Without duplicate address detection, for which each new IPv6 address would wait a second. */
export async function addNamespaces(names: readonly string[]): Promise<void> {
  await ipBatch(names.map((name) => `netns add ${name}`));
  const script = 'for scope in all default; do echo 0 > /proc/sys/net/ipv6/conf/$scope/accept_dad; done';
  await Promise.all(names.map((name) => run(['sh', '-c', script], { netns: netnsOf(name) })));
}

function cable(port: string, name: string, netns: string): string[] {
  return [`link add ${port} type veth peer name ${name} netns ${netns}`, `link set ${port} master lan up`];
}

function up(name: string, address: Both): string[] {
  return [
    'link set lo up',
    `addr add ${address[4]} dev ${name}`,
    `link set ${name} up`,
    `addr add ${address[6]} dev ${name}`,
  ];
}

export async function forwarding(netns: string): Promise<void> {
  await sysctl(netns, 'net/ipv4/ip_forward', '1');
  await sysctl(netns, 'net/ipv6/conf/all/forwarding', '1');
}

async function buildNode(node: TestNode): Promise<void> {
  const netns = netnsOf(node.name);
  await forwarding(node.name);
  await sysctl(node.name, 'net/ipv4/conf/all/rp_filter', String(node.rpFilter));
  await sysctl(node.name, 'net/ipv4/conf/default/rp_filter', String(node.rpFilter));
  const others = testNodes.filter((other) => other !== node);
  const gateway = gatewayOf(node);
  await ipBatch(
    [
      ...up('eth0', { 4: `${node.address[4]}/24`, 6: `${node.address[6]}/64` }),
      'route add default via 172.16.18.1',
      'route add default via fd00:18::1',
      ...others.flatMap((other) => both((v) => `route add ${other.podCIDR[v]} via ${other.address[v]}`)),
      ...(node.attach === 'bridge'
        ? [
            'link add cni0 type bridge',
            'link set cni0 up',
            `addr add ${gateway[4]}/24 dev cni0`,
            `addr add ${gateway[6]}/64 dev cni0`,
          ]
        : []),
    ],
    { netns },
  );
  const masquerade = (ip: string, pods: string): string =>
    `table ${ip} cni { chain outbound { type nat hook postrouting priority srcnat; ${ip} saddr ${pods} ${ip} daddr != ${pods} masquerade\n }\n }\n`;
  await nftApply(masquerade('ip', '10.203.0.0/16') + masquerade('ip6', 'fd00:203::/32'), { netns });
}

function both(line: (family: 4 | 6) => string): string[] {
  return [line(4), line(6)];
}

/** The address with this last number in the node's pod CIDRs. */
function podAddress(node: TestNode, last: number): Both {
  return { 4: node.podCIDR[4].replace('.0/24', `.${last}`), 6: node.podCIDR[6].replace('::/64', `::${last}`) };
}

const gatewayOf = (node: TestNode): Both => podAddress(node, 1);

/** Attaches a pod to a node; returns its addresses, which have the given last number. */
export async function addPod(node: TestNode, name: string, last: number): Promise<Both> {
  const address = podAddress(node, last);
  const [netns, gateway, port] = [netnsOf(node.name), gatewayOf(node), `p-${name}`];
  await addNamespaces([name]);
  await ipBatch([`link add ${port} netns ${node.name} type veth peer name eth0 netns ${name}`]);
  const attach =
    node.attach === 'bridge'
      ? [`link set ${port} master cni0 up`]
      : [
          `addr add ${gateway[4]}/32 dev ${port}`,
          `link set ${port} up`,
          `addr add ${gateway[6]}/128 dev ${port}`,
          ...both((v) => `route add ${address[v]}/${v === 4 ? 32 : 128} dev ${port}`),
        ];
  await ipBatch(attach, { netns });
  const prefix = node.attach === 'bridge' ? { 4: 24, 6: 64 } : { 4: 32, 6: 128 };
  await ipBatch(
    [
      ...up('eth0', { 4: `${address[4]}/${prefix[4]}`, 6: `${address[6]}/${prefix[6]}` }),
      ...both((v) => `route add default via ${gateway[v]} dev eth0 onlink`),
    ],
    { netns: netnsOf(name) },
  );
  return address;
}

async function sysctl(netns: string, path: string, value: string): Promise<void> {
  await run(['sh', '-c', `echo ${value} > /proc/sys/${path}`], { netns: netnsOf(netns) });
}

/** A server that tells each TCP client the address it sees, then echoes; UDP datagrams are printed with their source. */
const echoProgram = `
require('node:net').createServer((s) => { s.on('error', () => {}); s.write(s.remoteAddress.replace('::ffff:', '') + '\\n'); s.pipe(s); }).listen(${outsidePort}, '::', () => console.log('ready'));
const u = require('node:dgram').createSocket('udp6'); u.on('message', (m, r) => console.log(r.address.replace('::ffff:', '') + ' ' + m)); u.bind(${outsidePort});
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

/** How many of so many new TCP connections from the namespace the server saw from each source address. */
export async function sourcesSeen(netns: string, server: string, count: number): Promise<Record<string, number>> {
  const program = `
    const { connect } = require('node:net');
    const seen = {};
    const one = () => new Promise((resolve) => {
      const socket = connect({ host: '${server}', port: ${outsidePort}, timeout: 1000 });
      const done = (source) => { seen[source] = (seen[source] ?? 0) + 1; socket.destroy(); resolve(); };
      socket.once('data', (data) => done(String(data).split('\\n')[0]));
      socket.once('error', () => done('none'));
      socket.once('timeout', () => done('none'));
    });
    Promise.all(Array.from({ length: ${count} }, one)).then(() => console.log(JSON.stringify(seen)));`;
  const { stdout } = await run([process.execPath, '-e', program], { netns: netnsOf(netns) });
  return JSON.parse(stdout) as Record<string, number>;
}

export async function sendDatagram(netns: string, server: string, text: string): Promise<void> {
  const script = `echo -n ${text} > /dev/udp/${server}/${outsidePort}`;
  await run(['bash', '-c', script], { netns: netnsOf(netns), allowFailure: true });
}

/** Octets of a segment (without TCP options) that a new connection from the namespace to the server sends; 0 without one. */
export async function segmentSize(netns: string, server: string): Promise<number> {
  const script = `exec 3<>/dev/tcp/${server}/${outsidePort} && head -n 1 <&3 >&2 && ss -tinH dport = ${outsidePort}`;
  const { stdout } = await run(['timeout', '1', 'bash', '-c', script], { netns: netnsOf(netns), allowFailure: true });
  return Number(/ advmss:\d+/.test(stdout) ? (/ mss:(\d+)/.exec(stdout)?.[1] ?? 0) : 0);
}

export interface TestConnection {
  /** The source address that the server sees. */
  readonly source: Promise<string>;
  ask(text: string, timeoutMs: number): Promise<string>;
  stop(): Promise<void>;
}

/** An open connection that is asked for an echo; resolves with what came back, or 'none' in the given time. */
export function openConnection(netns: string, server: string): TestConnection {
  const script = `exec 3<>/dev/tcp/${server}/${outsidePort}; cat <&3 & while read -r line; do echo "$line" >&3; done`;
  const child = start(['bash', '-c', script], { netns: netnsOf(netns) });
  const waiting: { text: string; resolve: (text: string) => void }[] = [];
  const source = Promise.withResolvers<string>();
  void (async () => {
    for await (const line of child.lines) {
      source.resolve(line);
      for (const entry of waiting) if (entry.text === line) entry.resolve(line);
    }
  })();
  return {
    source: source.promise,
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
    ...both(
      (v) => `ip -${v} rule; ip -${v} route show table all; ip -${v} -br addr; ip -${v} neigh show nud permanent`,
    ),
  ];
  const { stdout } = await run(['sh', '-c', commands.join('; echo; ')], { netns: netnsOf(netns) });
  // Dynamic: counters, and the order of routes.
  const lines = stdout.replace(/packets \d+ bytes \d+/g, 'packets N bytes N').split('\n');
  return lines.sort().join('\n');
}

export async function leakedPackets(): Promise<number> {
  const { stdout } = await run(['nft', 'list', 'counter', 'inet', 'leaks', 'pods'], { netns: netnsOf('outside') });
  return Number(/packets (\d+)/.exec(stdout)?.[1]);
}
