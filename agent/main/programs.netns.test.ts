import { fileURLToPath } from 'node:url';
import { beforeAll, expect, test } from 'vitest';
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
const [node1, node2, node3, egressIP] = ['172.16.18.121', '172.16.18.122', '172.16.18.123', '172.16.18.131'];
const fromEverywhere = [egressIP, egressIP, egressIP];

let seen: Record<string, unknown> = {};

beforeAll(async () => {
  const program = fileURLToPath(new URL('cluster.fixture.ts', import.meta.url));
  const { stdout } = await run([...sandbox, process.execPath, program], { timeoutMs: 60_000 });
  seen = JSON.parse(stdout) as Record<string, unknown>;
}, 70_000);

test.each([
  { when: 'all programs get ready', key: 'ready', want: ['ready', 'ready', 'ready', 'ready'] },
  { when: 'before the Egress pods leave as their node', key: 'before', want: [node1, node2, node3] },
  { when: 'an Egress without an address gets one and a node', key: 'assignedWithinMs', want: true },
  {
    when: 'its status tells so',
    key: 'status',
    want: {
      egressIP,
      conditions: [
        'IPAssigned True EgressIP is successfully assigned to EgressNode',
        'IPAllocated True EgressIP is successfully allocated',
      ],
    },
  },
  {
    when: 'the metrics tell so',
    key: 'metrics',
    want: {
      contentTypes: ['text/plain; version=0.0.4; charset=utf-8'],
      controller: [1, 0, 1, 9, 0, 1],
      agents: [
        [0, 0, 1, 0],
        [1, 1, 1, 1],
        [0, 0, 1, 0],
      ],
      watches: true,
      loops: true,
      others: [404, 405, 405],
    },
  },
  { when: 'its pods leave with it from every node', key: 'selected', want: fromEverywhere },
  { when: 'nothing leaves of a pod that nobody knows', key: 'unknownPod', want: 'none' },
  { when: 'a pod that comes later leaves with it from its first packet on', key: 'latePod', want: egressIP },
  { when: 'while all programs are stopped pods leave with it', key: 'whileStopped', want: fromEverywhere },
  { when: 'and after their restart', key: 'afterRestart', want: fromEverywhere },
  { when: 'another node in the pool takes it over', key: 'moved', want: fromEverywhere },
  {
    when: 'without a ready node the condition tells',
    key: 'nobody',
    want: 'Failed to assign the IP to EgressNode: no Node available',
  },
  { when: 'one agent counts it', key: 'failuresCounted', want: 1 },
  {
    when: 'each counts why it drops packets',
    key: 'dropsCounted',
    want: [true, false, false].map((unknownPod) => ({
      noNode: true,
      unknownPod,
      forgedSource: 0,
      tables: ['ip', 'arp', 'netdev'],
    })),
  },
  { when: 'and pods are dropped', key: 'dropped', want: ['none', 'none', 'none'] },
  { when: 'when the node is back, pods leave with it again', key: 'back', want: fromEverywhere },
  {
    when: 'events tell of it all',
    key: 'events',
    want: [
      `Assigned Egress lab with IP ${egressIP} on Node node-2`,
      `Assigned Egress lab with IP ${egressIP} on Node node-3`,
      `Assigned Egress lab with IP ${egressIP} on Node node-3`,
      'Failed to assign the IP to EgressNode: no Node available',
      `Unassigned Egress lab with IP ${egressIP} from Node node-2`,
      `Unassigned Egress lab with IP ${egressIP} from Node node-3`,
    ],
  },
  { when: 'after the Egress pods leave as their node', key: 'deleted', want: [node1, node2, node3] },
  { when: 'no packet left with the address of a pod', key: 'leakedPackets', want: 0 },
  { when: 'when the DaemonSet is gone, agents leave nothing', key: 'uninstallLeaves', want: [] },
])('$when', ({ key, want }) => {
  expect(seen[key]).toEqual(want);
});
