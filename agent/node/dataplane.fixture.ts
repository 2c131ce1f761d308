import type { Egress } from '../api/egress.ts';
import type { ExternalIPPool } from '../api/external-ip-pool.ts';
import { run } from '../linux/exec.ts';
import { ipJson } from '../linux/ip.ts';
import { DataPlane, removeDataPlane } from './dataplane.ts';
import { defaultPlanSettings } from './facts.ts';
import type { Facts, Pod } from './facts.ts';
import { startFlood } from './flood.fixture.ts';
import { planNode } from './plan.ts';
import {
  addPod,
  buildTestbed,
  lanAddress,
  leakedPackets,
  netnsOf,
  nodeState,
  openConnection,
  outsideAddress,
  segmentSize,
  sendDatagram,
  sourceSeen,
  startEcho,
  testNodes,
} from './testbed.fixture.ts';
import type { Both, TestNode } from './testbed.fixture.ts';

// A program for the inside of a sandbox: builds the testbed, goes through the story once and prints what it saw as one
// line of JSON. dataplane.netns.test.ts judges. Arguments: the IP version of the Egress, and those that the nodes have.

const v = process.argv[2] === '6' ? 6 : 4;
const nodeFamilies = (process.argv[3] ?? '4').split('+').map((text) => (text === '6' ? 6 : 4));
const otherFamily = v === 4 ? 6 : 4;
const egressIP = lanAddress(131)[v];
const outsideHere = outsideAddress[v];
const [node1, node2, node3] = testNodes as [TestNode, TestNode, TestNode];

await buildTestbed();

const selected = {
  a1: await addPod(node1, 'a1', 5),
  a2: await addPod(node2, 'a2', 5),
  a3: await addPod(node3, 'a3', 5),
};
const plain = { b1: await addPod(node1, 'b1', 6), b3: await addPod(node3, 'b3', 6) };
await addPod(node3, 'u3', 7);
const outside = await startEcho('outside');
const peer = await startEcho('b1');
const withPods = await Promise.all(testNodes.map((node) => nodeState(node.name)));

const egress: Egress = {
  metadata: { name: 'lab', creationTimestamp: '2026-01-01T00:00:00Z' },
  spec: { appliedTo: { podSelector: { matchLabels: { app: 'a' } } }, egressIP, externalIPPool: 'pool' },
};
const pool: ExternalIPPool = {
  metadata: { name: 'pool' },
  spec: { ipRanges: [{ start: egressIP, end: lanAddress(150)[v] }], nodeSelector: {} },
};

const addressesOf = (all: Both): string[] => nodeFamilies.map((family) => all[family]);

function podFacts(): Pod[] {
  return Object.entries({ ...selected, ...plain }).map(([name, address]) => ({
    metadata: { name, namespace: 'default', labels: { app: name[0] ?? '' } },
    spec: { nodeName: `node-${name[1]}` },
    status: { phase: 'Running', podIPs: addressesOf(address).map((ip) => ({ ip })) },
  }));
}

function factsWith(egresses: readonly Egress[], owners: readonly TestNode[], exceptCIDRs: readonly string[]): Facts {
  return {
    nodes: testNodes.map(({ name, address, podCIDR }) => ({
      metadata: { name },
      spec: { podCIDRs: addressesOf(podCIDR) },
      status: { addresses: addressesOf(address).map((ip) => ({ type: 'InternalIP', address: ip })) },
    })),
    namespaces: [{ metadata: { name: 'default' } }],
    pods: podFacts(),
    egresses,
    pools: [pool],
    apiServers: [],
    exceptCIDRs,
    alive: new Set(owners.map((node) => node.name)),
    configuredAddresses: new Set(),
    mayTake: () => true,
  };
}

const settings = { ...defaultPlanSettings, serviceCIDRs: ['10.96.0.0/16'] };
const newPlane = (node: TestNode, leaseMs: number): DataPlane =>
  new DataPlane({ netns: netnsOf(node.name), overlayPort: 4789, leaseMs });
const planes = new Map(testNodes.map((node) => [node, newPlane(node, 60_000)]));

async function apply(
  egresses: readonly Egress[],
  owners: readonly TestNode[],
  exceptCIDRs: readonly string[] = [],
): Promise<void> {
  for (const [node, plane] of planes) {
    const plan = planNode(factsWith(egresses, owners, exceptCIDRs), node.name, settings);
    if (!plan) throw new Error(`no plan for ${node.name}`);
    await plane.apply(plan);
    plane.announce(plan.held);
  }
}

async function sources(pods: readonly string[], server = outsideHere): Promise<string[]> {
  const seen: string[] = [];
  for (const pod of pods) seen.push(await sourceSeen(pod, server));
  return seen;
}

/** MAC address that answers for the Egress IP on the LAN, asked anew from the router; 'none' when nobody does. */
async function answers(): Promise<string> {
  const script = `ip -${v} neigh flush dev lan0; echo > /dev/udp/${egressIP}/9; sleep 0.3`;
  await run(['bash', '-c', script], { netns: netnsOf('router') });
  return inCache();
}

/** MAC address that the router has for the Egress IP now. */
async function inCache(): Promise<string> {
  const entries = await ipJson<{ lladdr?: string }>(['neigh', 'show', egressIP, 'dev', 'lan0'], {
    netns: netnsOf('router'),
  });
  return entries[0]?.lladdr ?? 'none';
}

async function macOf(node: TestNode): Promise<string> {
  const [link] = await ipJson<{ address: string }>(['link', 'show', 'eth0'], { netns: netnsOf(node.name) });
  return link?.address ?? '';
}

/** A datagram whose source address the pod has no right to, from where its node would take it for a neighbour's. */
async function forge(pod: string, source: string, text: string): Promise<void> {
  const address = v === 4 ? `${source}/32 dev lo` : `${source}/128 dev lo nodad`;
  await run(['ip', 'addr', 'add', ...address.split(' ')], { netns: netnsOf(pod), allowFailure: true });
  const program = `const s = require('node:dgram').createSocket('udp${v}'); s.bind(0, '${source}', () => s.send('${text}', 8080, '${outsideHere}', () => s.close()));`;
  await run([process.execPath, '-e', program], { netns: netnsOf(pod) });
  await run(['ip', 'addr', 'del', ...address.split(' ').slice(0, 3)], { netns: netnsOf(pod) });
}

const seen: Record<string, unknown> = {};
const all = ['a1', 'a2', 'a3', 'b1', 'b3'];

await apply([], testNodes);
seen['noEgress'] = await sources([...all, 'u3']);

// node-2 owns; the pods are on the owner, behind a bridge, and on two others.
await apply([egress], [node2]);
seen['owned'] = await sources(all);
seen['ownTraffic'] = await sourceSeen(node2.name, outsideHere);
seen['unknownPod'] = await sources(['u3']);
seen['podToPod'] = await sources(['a1', 'a2', 'a3'], plain.b1[v]);
if (nodeFamilies.includes(otherFamily)) seen['otherFamily'] = await sources(all, outsideAddress[otherFamily]);
seen['segments'] = [await segmentSize('a1', outsideHere), await segmentSize('a2', outsideHere)];
seen['answeredByOwner'] = (await answers()) === (await macOf(node2));

await sendDatagram('a3', outsideHere, 'honest-a3');
await forge('b3', selected.a3[v], 'forged-as-neighbour');
await forge('b3', selected.a1[v], 'forged-as-remote');
await forge('b3', egressIP, 'forged-as-egress-ip');
await sendDatagram('a1', outsideHere, 'last');
while (!outside.datagrams.some((line) => line.endsWith(' last')))
  await new Promise((resolve) => setTimeout(resolve, 20));
seen['datagrams'] = outside.datagrams;

// A new agent on each node adopts what is there: not one element changes, and open connections go on.
const connections = ['a1', 'a2', 'a3'].map((pod) => openConnection(pod, outsideHere));
seen['beforeRestart'] = await Promise.all(connections.map((connection) => connection.ask('one', 1000)));
const stateBefore = await Promise.all(testNodes.map((node) => nodeState(node.name)));
for (const node of testNodes) planes.set(node, newPlane(node, 60_000));
await apply([egress], [node2]);
seen['restartChangesNothing'] =
  withoutExpiry(stateBefore) === withoutExpiry(await Promise.all(testNodes.map((node) => nodeState(node.name))));
seen['afterRestart'] = await Promise.all(connections.map((connection) => connection.ask('two', 1000)));

// The address moves to node-3: from there for everybody.
await apply([egress], [node3]);
seen['learntByRouter'] = (await inCache()) === (await macOf(node3));
seen['moved'] = await sources(all);
seen['answeredByNewOwner'] = (await answers()) === (await macOf(node3));
seen['remotePodKeepsConnection'] = await connections[0]?.ask('three', 3000);

// The destination is excepted, and is so no more.
await apply([egress], [node3], [outsideHere]);
seen['excepted'] = await sources(all);
seen['exceptedKeepsConnection'] = await connections[0]?.ask('four', 3000);
await apply([egress], [node3]);
seen['exceptedNoMore'] = await sources(all);

// No node may own it: dropped, not leaked.
await apply([egress], []);
seen['nobodyOwns'] = await sources(['a1', 'a2', 'a3', 'b1']);

// The owner's agent falls silent: the lease runs out.
await apply([egress], [node1]);
planes.set(node1, newPlane(node1, 300));
await apply([egress], [node1]);
await planes.get(node1)?.refreshLease();
seen['withinLease'] = await sources(['a1']);
await new Promise((resolve) => setTimeout(resolve, 400));
seen['afterLease'] = [...(await sources(['a1', 'a2'])), await answers()];
planes.set(node1, newPlane(node1, 60_000));
await apply([egress], [node1]);
await planes.get(node1)?.refreshLease();
seen['leaseRenewed'] = await sources(['a1', 'a2']);

await apply([], testNodes);
seen['removed'] = await sources(all);
for (const connection of connections) await connection.stop();
seen['leakedPackets'] = await leakedPackets();

// The egress node's agent leaves and comes while the others go on sending to it.
await apply([egress], [node2]);
const floods = await Promise.all(['a1', 'a3'].map((pod) => startFlood(pod, v)));
for (let round = 0; round < 5; round += 1) {
  await removeDataPlane({ netns: netnsOf(node2.name) });
  planes.set(node2, newPlane(node2, 60_000));
  await apply([egress], [node2]);
}
seen['floodArrives'] = await sources(['a1', 'a3']);
for (const flood of floods) await flood.stop();
seen['leakedMeanwhile'] = await leakedPackets();

for (const node of testNodes) await removeDataPlane({ netns: netnsOf(node.name) });
const after = await Promise.all(testNodes.map((node) => nodeState(node.name)));
seen['uninstallLeaves'] = after.filter((state, i) => state !== withPods[i]);
seen['podsAfterUninstall'] = await sources(['a1', 'a3', 'u3']);
await outside.stop();
await peer.stop();
console.log(JSON.stringify(seen));

function withoutExpiry(states: readonly string[]): string {
  return states.join('\n').replace(/ timeout \S+ expires \S+/g, '');
}
