import type { Egress } from '../api/egress.ts';
import type { ExternalIPPool } from '../api/external-ip-pool.ts';
import { run } from '../linux/exec.ts';
import { pingsAnswered } from './ping.fixture.ts';
import { applyTo, newPlane, testFacts } from './planes.fixture.ts';
import {
  addPod,
  buildTestbed,
  lanAddress,
  leakedPackets,
  netnsOf,
  nodeState,
  openConnection,
  outsideAddress,
  sourcesSeen,
  startEcho,
  testNodes,
} from './testbed.fixture.ts';
import type { TestConnection, TestNode } from './testbed.fixture.ts';

// A program for the inside of a sandbox: an Egress with two addresses of one IP version (the argument) on two nodes.
// Prints what it saw as one line of JSON; spread.netns.test.ts judges.

const v = process.argv[2] === '6' ? 6 : 4;
const server = outsideAddress[v];
const [first, second] = [lanAddress(131)[v], lanAddress(132)[v]];
const [node1, node2, node3] = testNodes as [TestNode, TestNode, TestNode];

await buildTestbed();
const pods = { a1: await addPod(node1, 'a1', 5), a2: await addPod(node2, 'a2', 5), a3: await addPod(node3, 'a3', 5) };
const outside = await startEcho('outside');

const policy = (egressIPs: string[]): Egress => ({
  metadata: { name: 'lab', creationTimestamp: '2026-01-01T00:00:00Z' },
  spec: {
    appliedTo: { podSelector: {} },
    egressIPs,
    externalIPPools: ['first', 'second'].slice(0, egressIPs.length),
  },
});
const pool = (name: string, node: TestNode): ExternalIPPool => ({
  metadata: { name },
  spec: { ipRanges: [{ start: first, end: second }], nodeSelector: { matchLabels: { name: node.name } } },
});

interface State {
  readonly egressIPs?: string[];
  readonly firstOn?: TestNode;
  readonly alive?: readonly TestNode[];
}

let planes = new Map(testNodes.map((node) => [node, newPlane(node)]));

async function apply({ egressIPs = [first, second], firstOn = node2, alive = testNodes }: State): Promise<void> {
  const pools = [pool('first', firstOn), pool('second', node3)];
  await applyTo(planes, testFacts({ pods, egresses: [policy(egressIPs)], pools, alive }));
}

/** Counts under the names of the addresses. */
async function spreadOf(count: number): Promise<Record<string, Record<string, number>>> {
  const entries = Object.keys(pods).map(async (pod) => {
    const seen = Object.entries(await sourcesSeen(pod, server, count));
    return [pod, Object.fromEntries(seen.map(([source, times]) => [nameOf(source), times]))] as const;
  });
  return Object.fromEntries(await Promise.all(entries));
}

function nameOf(source: string): string {
  return source === first ? 'first' : source === second ? 'second' : source;
}

/** Open connections of a pod, of which each address has some. */
async function open(pod: string, count: number): Promise<Record<'first' | 'second', TestConnection[]>> {
  const all = Array.from({ length: count }, () => openConnection(pod, server));
  const names = await Promise.all(all.map(async ({ source }) => nameOf(await source)));
  return {
    first: all.filter((_, i) => names[i] === 'first'),
    second: all.filter((_, i) => names[i] === 'second'),
  };
}

/** How many of the connections still echo. */
async function answered(connections: readonly TestConnection[], text: string, withinMs = 1_500): Promise<string> {
  const answers = await Promise.all(connections.map((connection) => connection.ask(text, withinMs)));
  return `${answers.filter((answer) => answer === text).length} of ${connections.length}`;
}

const all = (connections: readonly TestConnection[]): string => `${connections.length} of ${connections.length}`;
const seen: Record<string, unknown> = {};

await apply({ egressIPs: [first] });
const early = openConnection('a1', server);
await early.source;
await apply({});
seen['earlyKeepsFirst'] = await early.ask('still', 1_500);
seen['spread'] = await spreadOf(100);

// Datagrams of one socket are one connection; what is too large for the wire comes in fragments, the first of which are
// lost until the pod knows how large that is.
for (const pod of Object.keys(pods)) {
  const program = `const s = require('node:dgram').createSocket('udp${v}'); s.bind(0, () => { for (let i = 0; i < 40; i += 1) setTimeout(() => s.send('${pod}'.padEnd(3000, '.'), 8080, '${server}'), 5 * i); setTimeout(() => s.close(), 300); });`;
  await run([process.execPath, '-e', program], { netns: netnsOf(pod) });
}
seen['datagrams'] = Object.keys(pods).map((pod) => {
  const mine = outside.datagrams.filter((line) => line.includes(` ${pod}...`)).map((line) => line.split(' ')[0] ?? '');
  return mine.length >= 20 && new Set(mine).size === 1 && ['first', 'second'].includes(nameOf(mine[0] ?? ''));
});
seen['pings'] = await Promise.all(Object.keys(pods).map((pod) => pingsAnswered(pod, server, 5)));

// A new agent on each node adopts what is there.
const stateOf = async (): Promise<string> =>
  (await Promise.all(testNodes.map((node) => nodeState(node.name))))
    .join('\n')
    .replace(/ timeout \S+ expires \S+/g, '');
const before = await stateOf();
planes = new Map(testNodes.map((node) => [node, newPlane(node)]));
await apply({});
seen['restartChangesNothing'] = before === (await stateOf());

// The first address moves: connections on both go on.
const connections = await open('a1', 12);
await apply({ firstOn: node1 });
seen['afterMove'] = [await answered(connections.second, 'two'), all(connections.second)];
await apply({ firstOn: node2 });
seen['movedBack'] = [
  await answered([...connections.first, ...connections.second], 'three'),
  all([...connections.first, ...connections.second]),
];

// The second address has no node: the first takes all that is new, what is old waits.
await apply({ alive: [node1, node2] });
seen['oneIsLost'] = await spreadOf(20);
seen['lostWaits'] = await answered(connections.second, 'lost');
seen['otherGoesOn'] = [await answered(connections.first, 'four'), all(connections.first)];
const meanwhile = await open('a1', 6);
await apply({});
seen['isBack'] = [await answered(connections.second, 'five', 10_000), all(connections.second)];
seen['meanwhileKeeps'] = [await answered(meanwhile.first, 'six'), '6 of 6'];
seen['spreadAgain'] = await spreadOf(100);

await apply({ alive: [node1] });
seen['bothAreLost'] = await spreadOf(4);
seen['leakedPackets'] = await leakedPackets();
for (const connection of [early, ...Object.values(connections).flat(), ...meanwhile.first]) await connection.stop();
await outside.stop();
console.log(JSON.stringify(seen));
