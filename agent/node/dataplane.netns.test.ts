import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, test } from 'vitest';
import { run } from '../linux/exec.ts';

const sandbox = [
  'unshare',
  '--user',
  '--map-root-user',
  '--net',
  '--mount',
  '--pid',
  '--fork',
  '--kill-child',
  '--mount-proc',
];
/** The IP version of the Egress in the story, those of the nodes, and what the overlay leaves of 1,500 octets. */
const worlds = [
  {
    name: 'IPv4',
    args: ['4', '4'],
    lan: '172.16.18.',
    pods: (n: number) => `10.203.${n}.5`,
    segment: 1450 - 40 - 12,
    local: 1500 - 52,
  },
  {
    name: 'IPv6, dual-stack',
    args: ['6', '4+6'],
    lan: 'fd00:18::',
    pods: (n: number) => `fd00:203:${n}::5`,
    segment: 1450 - 60 - 12,
    local: 1500 - 72,
  },
  {
    name: 'IPv6 only',
    args: ['6', '6'],
    lan: 'fd00:18::',
    pods: (n: number) => `fd00:203:${n}::5`,
    segment: 1430 - 60 - 12,
    local: 1500 - 72,
  },
];
const program = fileURLToPath(new URL('dataplane.fixture.ts', import.meta.url));

/** Pods a1, a2, a3 are selected; b1, b3 are not; u3 is unknown to the agents. The digit is the node. */
describe.each(worlds)('$name', ({ args, lan, pods, segment, local }) => {
  const [node1, node2, node3, egressIP] = [121, 122, 123, 131].map((host) => `${lan}${host}`);
  let seen: Record<string, unknown> = {};

  beforeAll(async () => {
    const { stdout } = await run([...sandbox, process.execPath, program, ...args], { timeoutMs: 60_000 });
    seen = JSON.parse(stdout) as Record<string, unknown>;
  }, 70_000);

  test.each([
    {
      when: 'without an Egress, pods leave as their node and an unknown pod does not',
      key: 'noEgress',
      want: [node1, node2, node3, node1, node3, 'none'],
    },
    {
      when: 'selected pods leave as the Egress IP from every node, the others as their node',
      key: 'owned',
      want: [egressIP, egressIP, egressIP, node1, node3],
    },
    { when: 'what the owner itself sends has its own address', key: 'ownTraffic', want: node2 },
    { when: 'an unknown pod is held back', key: 'unknownPod', want: ['none'] },
    { when: 'pod to pod is untouched', key: 'podToPod', want: [1, 2, 3].map(pods) },
    {
      when: 'segments fit into the overlay from a remote pod, into the LAN from a local one',
      key: 'segments',
      want: [segment, local],
    },
    { when: 'the owner answers on the LAN', key: 'answeredByOwner', want: true },
    { when: 'forged sources do not get out', key: 'datagrams', want: [`${egressIP} honest-a3`, `${egressIP} last`] },
    { when: 'connections are open before a restart', key: 'beforeRestart', want: ['one', 'one', 'one'] },
    { when: 'a restarted agent adopts the state as it is', key: 'restartChangesNothing', want: true },
    { when: 'open connections survive a restart', key: 'afterRestart', want: ['two', 'two', 'two'] },
    {
      when: 'after a move, pods leave through the new owner',
      key: 'moved',
      want: [egressIP, egressIP, egressIP, node1, node3],
    },
    { when: 'the router has learnt of the move without asking', key: 'learntByRouter', want: true },
    { when: 'the new owner answers on the LAN', key: 'answeredByNewOwner', want: true },
    { when: 'a connection from a third node survives the move', key: 'remotePodKeepsConnection', want: 'three' },
    {
      when: 'to a destination that is excepted, all pods leave as their node',
      key: 'excepted',
      want: [node1, node2, node3, node1, node3],
    },
    { when: 'but for a connection from before', key: 'exceptedKeepsConnection', want: 'four' },
    {
      when: 'when it is excepted no more, selected pods leave as the Egress IP again',
      key: 'exceptedNoMore',
      want: [egressIP, egressIP, egressIP, node1, node3],
    },
    { when: 'without an owner selected pods are dropped', key: 'nobodyOwns', want: ['none', 'none', 'none', node1] },
    { when: 'within the lease the owner serves', key: 'withinLease', want: [egressIP] },
    {
      when: 'when the lease has run out nobody leaves and nobody answers',
      key: 'afterLease',
      want: ['none', 'none', 'none'],
    },
    { when: 'a renewed lease serves again', key: 'leaseRenewed', want: [egressIP, egressIP] },
    {
      when: 'without the Egress pods leave as their node again',
      key: 'removed',
      want: [node1, node2, node3, node1, node3],
    },
    { when: 'no packet left with the address of a pod', key: 'leakedPackets', want: 0 },
    {
      when: 'when the agent of the egress node leaves and comes, pods leave with it afterwards',
      key: 'floodArrives',
      want: [egressIP, egressIP],
    },
    { when: 'and no packet with another address meanwhile', key: 'leakedMeanwhile', want: 0 },
    { when: 'an uninstall leaves nothing', key: 'uninstallLeaves', want: [] },
    { when: 'after an uninstall every pod leaves as its node', key: 'podsAfterUninstall', want: [node1, node3, node3] },
  ])('$when', ({ key, want }) => {
    expect(seen[key]).toEqual(want);
  });

  test.skipIf(args[1] !== '4+6')('the other IP version of selected pods keeps its way out', () => {
    expect(seen['otherFamily']).toEqual([121, 122, 123, 121, 123].map((host) => `172.16.18.${host}`));
  });
});
