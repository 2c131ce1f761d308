import type { Egress } from '../api/egress.ts';
import type { ExternalIPPool } from '../api/external-ip-pool.ts';
import { run } from '../linux/exec.ts';
import { ipBatch } from '../linux/ip.ts';
import { nftApply } from '../linux/nft.ts';
import { removeDataPlane } from './dataplane.ts';
import { applyTo, newPlane, testFacts } from './planes.fixture.ts';
import {
  addNamespaces,
  addPod,
  buildTestbed,
  forwarding,
  lanAddress,
  leakedPackets,
  netnsOf,
  nodeState,
  outsideAddress,
  sourceSeen,
  sourcesSeen,
  startEcho,
  testNodes,
} from './testbed.fixture.ts';
import type { TestNode } from './testbed.fixture.ts';

// A program for the inside of a sandbox: an Egress IP (of the IP version of the argument) in a subnet of its own, whose
// gateway is a second router between the nodes and the outside. Prints one line of JSON; subnets.netns.test.ts judges.

const v = process.argv[2] === '6' ? 6 : 4;
const ip = v === 4 ? 'ip' : 'ip6';
const server = outsideAddress[v];
/** The subnet of the nodes, and two others on the same link. */
const inSubnet = (net: 18 | 19 | 21, host: number): string =>
  v === 4 ? `172.16.${net}.${host}` : net === 18 ? lanAddress(host)[6] : `fd00:${net}::${host}`;
const prefixLength = v === 4 ? 24 : 64;
const far = inSubnet(19, 131);
const near = inSubnet(18, 131);
const neighbour = inSubnet(19, 77);
const [node1, node2, node3] = testNodes as [TestNode, TestNode, TestNode];

await buildTestbed();
await addNamespaces(['gateway', 'neighbour']);
await ipBatch([
  'link add lan-gw type veth peer name lan0 netns gateway',
  'link set lan-gw master lan up',
  'link add lan-nb type veth peer name eth0 netns neighbour',
  'link set lan-nb master lan up',
  'link add wan0 netns gateway type veth peer name eth1 netns outside',
]);
const dad = v === 6 ? ' nodad' : '';
const between = v === 4 ? ['172.16.29.1', '172.16.29.2'] : ['fd00:29::1', 'fd00:29::2'];
await forwarding('gateway');
await ipBatch(
  [
    'link set lo up',
    'link set lan0 up',
    'link set wan0 up',
    ...([19, 21] as const).map((net) => `addr add ${inSubnet(net, 1)}/${prefixLength} dev lan0${dad}`),
    `addr add ${between[0]}/${prefixLength} dev wan0${dad}`,
    `route add ${server} via ${between[1]}`,
  ],
  { netns: netnsOf('gateway') },
);
await ipBatch(
  [
    'link set eth1 up',
    `addr add ${between[1]}/${prefixLength} dev eth1${dad}`,
    ...([19, 21] as const).map((net) => `route add ${inSubnet(net, 0)}/${prefixLength} via ${between[0]}`),
  ],
  { netns: netnsOf('outside') },
);
await ipBatch(['link set lo up', 'link set eth0 up', `addr add ${neighbour}/${prefixLength} dev eth0${dad}`], {
  netns: netnsOf('neighbour'),
});
// Whatever of these subnets comes to the first router came the wrong way.
await nftApply(
  `table inet wrong { counter wrong { }\n chain input { type filter hook prerouting priority raw;
   iifname lan0 meta pkttype host ${ip} saddr { ${inSubnet(19, 0)}/${prefixLength}, ${inSubnet(21, 0)}/${prefixLength} } counter name wrong drop\n }\n }\n`,
  { netns: netnsOf('router') },
);

const pods = { a1: await addPod(node1, 'a1', 5), a2: await addPod(node2, 'a2', 5), a3: await addPod(node3, 'a3', 5) };
const outside = await startEcho('outside');
const besides = await startEcho('neighbour');
const withPods = await Promise.all(testNodes.map((node) => nodeState(node.name)));

const policy = (...externalIPPools: string[]): Egress => ({
  metadata: { name: 'lab', creationTimestamp: '2026-01-01T00:00:00Z' },
  spec: {
    appliedTo: { podSelector: {} },
    egressIPs: externalIPPools.map((name) => (name === 'near' ? near : name === 'far' ? far : inSubnet(21, 131))),
    externalIPPools,
  },
});
const pool = (name: string, net: 18 | 19 | 21, vlan = 0): ExternalIPPool => ({
  metadata: { name },
  spec: {
    ipRanges: [{ start: inSubnet(net, 131), end: inSubnet(net, 140) }],
    nodeSelector: { matchLabels: { name: 'node-2' } },
    ...(net === 18 ? {} : { subnetInfo: { gateway: inSubnet(net, 1), prefixLength, vlan } }),
  },
});

let planes = new Map(testNodes.map((node) => [node, newPlane(node)]));
const apply = (egresses: readonly Egress[], vlan = 0): Promise<void> => {
  const pools = [pool('near', 18), pool('far', 19, vlan), pool('third', 21)];
  return applyTo(planes, testFacts({ pods, egresses, pools }));
};

async function sources(to = server): Promise<string[]> {
  const seen: string[] = [];
  for (const name of Object.keys(pods)) seen.push(await sourceSeen(name, to, 1));
  return seen;
}

async function cameTheWrongWay(): Promise<number> {
  const { stdout } = await run(['nft', 'list', 'counter', 'inet', 'wrong', 'wrong'], { netns: netnsOf('router') });
  return Number(/packets (\d+)/.exec(stdout)?.[1]);
}

const stateOf = async (): Promise<string> =>
  (await Promise.all(testNodes.map((node) => nodeState(node.name))))
    .join('\n')
    .replace(/ timeout \S+ expires \S+/g, '');

const seen: Record<string, unknown> = {};
await apply([policy('far')]);
seen['far'] = await sources();
seen['neighbour'] = await sources(neighbour);
seen['ownTraffic'] = await sourceSeen('node-2', server);

const before = await stateOf();
planes = new Map(testNodes.map((node) => [node, newPlane(node)]));
await apply([policy('far')]);
seen['restartChangesNothing'] = before === (await stateOf());

// Somebody else flushes the rules and the routes.
await run(['sh', '-c', `ip -${v} rule del pref 91; ip -${v} route flush table 7690`], { netns: netnsOf('node-2') });
await planes.get(node2)?.lookAgain();
seen['mended'] = before === (await stateOf());

// Of two addresses each goes its own way.
await apply([policy('far', 'near')]);
const spread = await Promise.all(Object.keys(pods).map((pod) => sourcesSeen(pod, server, 40)));
seen['spread'] = spread.map((counts) => [far, near].every((address) => (counts[address] ?? 0) >= 5));
seen['lost'] = spread.map((counts) => counts['none'] ?? 0);
await apply([policy('third')]);
seen['third'] = await sources();
seen['wrongWay'] = await cameTheWrongWay();
await apply([policy('far')], 100);
seen['vlan'] = await sources();
await apply([policy('near')]);
seen['near'] = await sources();
const { stdout } = await run(['sh', '-c', `ip -${v} rule; ip -${v} route show table all`], {
  netns: netnsOf('node-2'),
});
seen['nothingStays'] = !/lookup 769\d|table 769\d/.test(stdout);

await apply([policy('far')]);
seen['leakedPackets'] = await leakedPackets();
for (const node of testNodes) await removeDataPlane({ netns: netnsOf(node.name) });
const after = await Promise.all(testNodes.map((node) => nodeState(node.name)));
seen['uninstallLeaves'] = after.filter((state, i) => state !== withPods[i]);
await outside.stop();
await besides.stop();
console.log(JSON.stringify(seen));
