import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { Egress } from '../api/egress.ts';
import type { KubeObject } from '../kube/object.ts';
import { memoryApi } from '../kube/memory-api.fixture.ts';
import { start } from '../linux/exec.ts';
import type { Child } from '../linux/exec.ts';
import { ipBatch } from '../linux/ip.ts';
import { scrape } from './scrape.fixture.ts';
import {
  addPod,
  buildTestbed,
  leakedPackets,
  netnsOf,
  nodeState,
  outsideAddress,
  sourceSeen,
  startEcho,
  testNodes,
} from '../node/testbed.fixture.ts';
import type { TestNode } from '../node/testbed.fixture.ts';

// A program for the inside of a sandbox: the controller and three node agents as processes, over an API in memory. Goes
// through the story once and prints what it saw as one line of JSON; programs.netns.test.ts judges.

const [node1, node2, node3] = testNodes as [TestNode, TestNode, TestNode];
await buildTestbed();
await ipBatch(['addr add 172.16.18.120/24 dev lan']);
const api = await memoryApi('172.16.18.120', 6443);
const outside = await startEcho('outside');
await writeFile(
  '/run/kubeconfig',
  JSON.stringify({
    'current-context': 'test',
    contexts: [{ name: 'test', context: { cluster: 'test', user: 'test' } }],
    clusters: [{ name: 'test', cluster: { server: api.server } }],
    users: [{ name: 'test', user: { token: 'test' } }],
  }),
);

const egressPath = '/apis/crd.antrea.io/v1beta1/egresses/lab';
const daemonSetPath = '/apis/apps/v1/namespaces/egressproof-system/daemonsets/egressproof-agent';
const podPath = (name: string): string => `/api/v1/namespaces/lab/pods/${name}`;
const object = (fields: object): KubeObject => ({ metadata: {}, ...fields });

function putNode({ name, address, podCIDR }: TestNode, ready: 'True' | 'False'): void {
  const status = {
    addresses: [{ type: 'InternalIP', address: address[4] }],
    conditions: [{ type: 'Ready', status: ready }],
  };
  api.put(`/api/v1/nodes/${name}`, object({ spec: { podCIDRs: [podCIDR[4]] }, status }));
}

function putPod(node: TestNode, name: string, podIP: string): void {
  api.put(podPath(name), {
    metadata: { labels: { app: 'erp' } },
    ...{ spec: { nodeName: node.name }, status: { phase: 'Running', podIP } },
  });
}

for (const node of testNodes) putNode(node, 'True');
api.put('/api/v1/namespaces/lab', object({}));
api.put(daemonSetPath, object({}));
putPod(node1, 'a1', (await addPod(node1, 'a1', 5))[4]);
putPod(node2, 'a2', (await addPod(node2, 'a2', 5))[4]);
putPod(node3, 'a3', (await addPod(node3, 'a3', 5))[4]);
const lateAddress = (await addPod(node1, 'late', 9))[4];
const clean = await Promise.all(testNodes.map((node) => nodeState(node.name)));

interface Program {
  readonly child: Child;
  /** Resolves with the line's fields when the program has logged this message. */
  logged(message: string): Promise<Record<string, unknown>>;
}

function startProgram(netns: string | null, args: readonly string[]): Program {
  const lines: Record<string, unknown>[] = [];
  const waiting = new Set<() => void>();
  const child = start([process.execPath, fileURLToPath(new URL('main.ts', import.meta.url)), ...args], {
    ...(netns === null ? {} : { netns: netnsOf(netns) }),
    env: { KUBECONFIG: '/run/kubeconfig' },
    onStderr: (line) => {
      if (!line.startsWith('{')) return;
      lines.push(JSON.parse(line) as Record<string, unknown>);
      for (const check of waiting) check();
    },
  });
  return {
    child,
    logged: (message) =>
      new Promise((resolve) => {
        const check = (): void => {
          const found = lines.find((line) => line['message'] === message);
          if (found) resolve(found);
        };
        waiting.add(check);
        check();
      }),
  };
}

const agentOf = (node: TestNode): Program =>
  startProgram(node.name, ['agent', '--node-name', node.name, '--service-cidr=10.96.0.0/16']);
const controller = startProgram(null, ['controller']);
let agents = testNodes.map(agentOf);
const seen: Record<string, unknown> = {};
seen['ready'] = await Promise.all(
  [controller, ...agents].map(async (program) => (await program.logged('ready'))['message']),
);

const sources = async (pods: readonly string[]): Promise<string[]> => {
  const all: string[] = [];
  for (const pod of pods) all.push(await sourceSeen(pod, outsideAddress[4]));
  return all;
};
const pods = ['a1', 'a2', 'a3'];
const egress = (name: string): Promise<Egress> =>
  api.until<Egress>(egressPath, (entry) => entry?.status?.egressNode === name);
seen['before'] = await sources(pods);

// Only node-2 is in the pool, then only node-3.
const selectNode = (name: string): object => ({ matchExpressions: [{ key: 'name', operator: 'In', values: [name] }] });
const putPool = (name: string): KubeObject =>
  api.put('/apis/crd.antrea.io/v1beta1/externalippools/pool', {
    metadata: {},
    ...{ spec: { ipRanges: [{ start: '172.16.18.131', end: '172.16.18.140' }], nodeSelector: selectNode(name) } },
  });
for (const { name } of testNodes) {
  const path = `/api/v1/nodes/${name}`;
  const current = api.objects.get(path) as KubeObject;
  api.put(path, { ...current, metadata: { labels: { name } } });
}
putPool('node-2');
const spec = { appliedTo: { podSelector: { matchLabels: { app: 'erp' } } }, externalIPPool: 'pool' };
const applied = performance.now();
api.put(egressPath, object({ spec }));
const assigned = await egress('node-2');
seen['assignedWithinMs'] = performance.now() - applied < 2_000;
seen['status'] = {
  egressIP: assigned.status?.egressIP,
  conditions: assigned.status?.conditions?.map((entry) => `${entry.type} ${entry.status} ${entry.message}`),
};
seen['selected'] = await sources(pods);

const controllerMetrics = 'http://172.16.18.120:10361/metrics';
const agentMetrics = (node: TestNode): string => `http://${node.address[4]}:10360/metrics`;
const scraped = await Promise.all([controllerMetrics, ...testNodes.map(agentMetrics)].map((url) => scrape(url)));
const told = (values: ReadonlyMap<string, number>, ...names: string[]): (number | null)[] =>
  names.map((name) => values.get(name) ?? null);
seen['metrics'] = {
  contentTypes: [...new Set(scraped.map(({ contentType }) => contentType))],
  controller: told(
    scraped[0]?.values ?? new Map(),
    'egressproof_controller_egresses{state="allocated"}',
    'egressproof_controller_egresses{state="pending"}',
    'egressproof_controller_pool_addresses{pool="pool",state="used"}',
    'egressproof_controller_pool_addresses{pool="pool",state="free"}',
    'egressproof_controller_reconcile_errors_total{loop="controller"}',
    'antrea_controller_eg_status_updates',
  ),
  agents: scraped
    .slice(1)
    .map(({ values }) =>
      told(
        values,
        'egressproof_agent_egress_ips',
        'egressproof_agent_egresses',
        'egressproof_agent_selected_pod_addresses',
        'egressproof_agent_assignments_total',
      ),
    ),
  watches: (scraped[1]?.values.get('egressproof_agent_watch_silent_seconds{resource="egresses"}') ?? Infinity) < 60,
  loops: (scraped[1]?.values.get('egressproof_agent_reconcile_duration_seconds_count{loop="kernel"}') ?? 0) > 0,
  others: [
    (await scrape('http://172.16.18.120:10361/')).status,
    (await scrape(controllerMetrics, 'POST')).status,
    (await scrape(controllerMetrics, 'DELETE')).status,
  ],
};

// Until the agent knows it, nothing of it leaves.
seen['unknownPod'] = await sourceSeen('late', outsideAddress[4]);
// Its first packets may come before the agent knows it: held back, and sent again by TCP after a second.
putPod(node1, 'late', lateAddress);
seen['latePod'] = await sourceSeen('late', outsideAddress[4], 3);

// A restart of every program.
for (const program of [controller, ...agents]) await program.child.stop();
const kept = await sources(pods);
const controllerAgain = startProgram(null, ['controller']);
agents = testNodes.map(agentOf);
await Promise.all([controllerAgain, ...agents].map((program) => program.logged('ready')));
seen['whileStopped'] = kept;
seen['afterRestart'] = await sources(pods);

putPool('node-3');
await egress('node-3');
seen['moved'] = await sources(pods);

putNode(node3, 'False');
await api.until<Egress>(egressPath, (entry) => entry?.status?.egressNode === '');
const lost = api.objects.get(egressPath) as Egress;
seen['nobody'] = lost.status?.conditions?.find((entry) => entry.type === 'IPAssigned')?.message;
seen['dropped'] = await sources(pods);
const countsFailures = 'egressproof_agent_assignment_failures_total';
const counted = await Promise.all(testNodes.map(async (node) => (await scrape(agentMetrics(node))).values));
// Each pod's connection was held up where the pod is; before that, packets of the late pod on the first node.
const drops = (family: string, reason: string): string =>
  `egressproof_agent_dropped_packets_total{family="${family}",reason="${reason}"}`;
seen['dropsCounted'] = counted.map((values) => ({
  noNode: (values.get(drops('ip', 'no-node')) ?? 0) > 0,
  unknownPod: (values.get(drops('ip', 'unknown-pod')) ?? 0) > 0,
  forgedSource: values.get(drops('ip', 'forged-source')),
  tables: ['ip', 'ip6', 'arp', 'netdev'].filter((family) =>
    [...values.keys()].some((name) => name.includes(`"${family}"`)),
  ),
}));
seen['failuresCounted'] = counted.reduce((sum, values) => sum + (values.get(countsFailures) ?? 0), 0);
putNode(node3, 'True');
const back = api.objects.get('/api/v1/nodes/node-3') as KubeObject;
api.put('/api/v1/nodes/node-3', { ...back, metadata: { labels: { name: 'node-3' } } });
await egress('node-3');
seen['back'] = await sources(pods);

api.remove(egressPath);
const until = performance.now() + 5_000;
while (performance.now() < until && (await sourceSeen('a1', outsideAddress[4])) !== node1.address[4]);
seen['deleted'] = await sources(pods);

seen['leakedPackets'] = await leakedPackets();
api.remove(daemonSetPath);
for (const agent of agents) await agent.child.stop();
await controllerAgain.child.stop();
// An event follows the status it is about; now all are written.
seen['events'] = [...api.objects.values()]
  .filter((entry) => 'note' in entry)
  .map((entry) => ('note' in entry ? String(entry.note) : ''))
  .sort();
seen['uninstallLeaves'] = (await Promise.all(testNodes.map((node) => nodeState(node.name)))).filter(
  (state, i) => state !== clean[i],
);
await outside.stop();
await api[Symbol.asyncDispose]();
console.log(JSON.stringify(seen));
