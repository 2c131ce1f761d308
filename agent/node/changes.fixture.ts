import type { Egress } from '../api/egress.ts';
import type { ExternalIPPool } from '../api/external-ip-pool.ts';
import { run } from '../linux/exec.ts';
import { nftApply } from '../linux/nft.ts';
import { startFlood } from './flood.fixture.ts';
import { holdConnection } from './held-connection.fixture.ts';
import type { HeldConnection } from './held-connection.fixture.ts';
import { applyTo, newPlane, testFacts } from './planes.fixture.ts';
import {
  addPod,
  buildTestbed,
  lanAddress,
  leakedPackets,
  netnsOf,
  outsideAddress,
  selectedPort,
  sourceSeen,
  startEcho,
  testNodes,
} from './testbed.fixture.ts';
import type { TestNode } from './testbed.fixture.ts';

// A program for the inside of a sandbox: what policies do that are changed while pods go on sending, and what becomes of
// connections that are open. The argument is the IP version. Prints one line of JSON; changes.netns.test.ts judges.

const v = process.argv[2] === '6' ? 6 : 4;
const [x, y] = [lanAddress(131)[v], lanAddress(132)[v]];
const [node1, node2, node3] = testNodes as [TestNode, TestNode, TestNode];

await buildTestbed();
// a1 is on a node that owns nothing, a2 on the egress node; the digit is the node.
const pods = { a1: await addPod(node1, 'a1', 5), a2: await addPod(node2, 'a2', 5) };
const outside = await startEcho('outside');
await nftApply(
  `table inet arrivals { counter good { }\n chain input { type filter hook prerouting priority raw; udp dport ${selectedPort} ${v === 4 ? 'ip' : 'ip6'} saddr { ${x}, ${y} } counter name good\n }\n }\n`,
  { netns: netnsOf('outside') },
);

interface State {
  /** The address of the policy of each label, or several; its pods have a policy as long as it is here. */
  readonly policies: Readonly<Record<string, readonly string[]>>;
  readonly label?: string;
  readonly owner?: TestNode;
}

const policy = ([label, ips]: readonly [string, readonly string[]]): Egress => ({
  metadata: { name: label, creationTimestamp: '2026-01-01T00:00:00Z' },
  spec: {
    appliedTo: { podSelector: { matchLabels: { app: label } } },
    egressIPs: [...ips],
    externalIPPools: ips.map(() => 'pool'),
  },
});
const pool = (owner: TestNode): ExternalIPPool => ({
  metadata: { name: 'pool' },
  spec: { ipRanges: [{ start: x, end: y }], nodeSelector: { matchLabels: { name: owner.name } } },
});

const planes = new Map(testNodes.map((node) => [node, newPlane(node)]));

async function apply({ policies, label = 'a', owner = node2 }: State): Promise<void> {
  const egresses = Object.entries(policies).map(policy);
  await applyTo(planes, testFacts({ pods, podLabels: { app: label }, egresses, pools: [pool(owner)] }));
}

async function arrived(): Promise<number> {
  const { stdout } = await run(['nft', 'list', 'counter', 'inet', 'arrivals', 'good'], {
    netns: netnsOf('outside'),
  });
  return Number(/packets (\d+)/.exec(stdout)?.[1]);
}

const one: State = { policies: { a: [x] } };
const none: State = { policies: {} };
/** What the policy, its pods or the owner become while pods send, and back. */
const changes: Readonly<Record<string, State>> = {
  anotherAddress: { policies: { a: [y] } },
  anotherOwner: { ...one, owner: node3 },
  ownerWithPods: { ...one, owner: node1 },
  anotherLabel: { policies: { a: [x], b: [y] }, label: 'b' },
  anotherSelector: { policies: { b: [x] }, label: 'b' },
  secondAddress: { policies: { a: [x, y] } },
  anotherPolicy: { policies: { b: [x], a: [y] } },
};

const seen: Record<string, unknown> = {};
await apply(one);
const leaks: Record<string, number> = {};
const arrivals: Record<string, boolean> = {};
const floods = await Promise.all(Object.keys(pods).map((pod) => startFlood(pod, v)));
for (const [name, state] of Object.entries(changes)) {
  const [leakedBefore, arrivedBefore] = [await leakedPackets(), await arrived()];
  for (let round = 0; round < 2; round += 1) {
    await apply(state);
    await apply(one);
  }
  leaks[name] = (await leakedPackets()) - leakedBefore;
  // What was sent with the last change has arrived when this has.
  await sourceSeen('a1', outsideAddress[v]);
  arrivals[name] = (await arrived()) > arrivedBefore;
}
for (const flood of floods) await flood.stop();
seen['leaks'] = leaks;
seen['arrivals'] = arrivals;

/** What becomes of connections from before a change, by the pod they are of. */
async function fates(from: State, to: State): Promise<Record<string, string>> {
  await apply(from);
  const connections: [string, HeldConnection][] = [];
  for (const pod of Object.keys(pods)) connections.push([pod, await holdConnection(pod, v)]);
  await apply(to);
  const told = await Promise.all(
    connections.map(async ([pod, connection]) => [pod, await connection.fate(3_000)] as const),
  );
  for (const [, connection] of connections) await connection.stop();
  return Object.fromEntries(told);
}

seen['onApply'] = await fates(none, one);
seen['onSecondAddress'] = await fates(one, { policies: { a: [x, y] } });
seen['onAnotherAddress'] = await fates(one, { policies: { a: [y] } });
seen['onAnotherOwner'] = await fates(one, { ...one, owner: node3 });
seen['onDelete'] = await fates(one, none);
seen['leakedPackets'] = (await leakedPackets()) - Object.values(leaks).reduce((sum, leaked) => sum + leaked, 0);

// Without a policy pods leave as their node: the counter of leaks sees that.
await apply(none);
const flood = await startFlood('a1', v);
const until = performance.now() + 10_000;
const before = await leakedPackets();
while ((await leakedPackets()) === before && performance.now() < until);
seen['leakWouldBeSeen'] = (await leakedPackets()) > before;
await flood.stop();
await outside.stop();
console.log(JSON.stringify(seen));
