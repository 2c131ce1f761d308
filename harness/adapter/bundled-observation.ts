import { metricsPorts } from '../../agent/api/install.ts';
import { egresses, type Egress } from '../../agent/api/egress.ts';
import { events, type KubeObject } from '../../agent/kube/object.ts';
import type { Kube } from '../../agent/kube/types.ts';
import type { Cluster, ClusterNode } from '../../clusters/cluster.ts';
import type { PolicyEvent, PolicyMetrics, PolicyStatus } from './observation.ts';

export async function bundledStatus(name: string, kube: Kube): Promise<PolicyStatus> {
  const egress = await kube.find<Egress>(egresses, name);
  const { egressIP = '', egressNode = '', assignments = [], conditions = [] } = egress?.status ?? {};
  const first = egressIP === '' && egressNode === '' ? [] : [{ ip: egressIP, node: egressNode }];
  const bad = conditions.find(({ type = '', status }) => /^IP(Allocated|Assigned)$/.test(type) && status === 'False');
  return {
    assigned: (assignments.length > 0 ? assignments : first).map(({ ip, node }) => ({ address: ip, node })),
    pendingReason: bad === undefined ? null : `${bad.reason}: ${bad.message}`,
  };
}

export interface Event extends KubeObject {
  readonly type?: string;
  readonly reason?: string;
  readonly note?: string;
  readonly regarding?: { readonly kind?: string; readonly name?: string };
}

const meanings: Readonly<Record<string, PolicyEvent['what']>> = {
  IPAssigned: 'assigned',
  IPUnassigned: 'unassigned',
  AssignmentError: 'failed',
  AllocationError: 'failed',
};

/** In no order. */
export async function bundledEvents(name: string, kube: Kube): Promise<PolicyEvent[]> {
  const { items } = await kube.list<Event>(events, { namespace: 'default' });
  return items.flatMap(({ regarding, reason = '', note = '' }) => {
    const what = meanings[reason];
    return regarding?.kind === 'Egress' && regarding.name === name && what !== undefined ? [{ what, text: note }] : [];
  });
}

/** As Prometheus would scrape the agents, through a shell of each node. */
export async function bundledMetrics({ nodes }: Cluster): Promise<PolicyMetrics> {
  const pages = await Promise.all(nodes.map(scrape));
  const total = (name: string): number => pages.reduce((sum, page) => sum + valueOf(page, name), 0);
  return { addresses: total('egressproof_agent_egress_ips'), taken: total('egressproof_agent_assignments_total') };
}

/** Nodes have no HTTP client that can be relied on, but all have bash. */
async function scrape(node: ClusterNode): Promise<string> {
  const port = metricsPorts.agent;
  const script = `exec 3<>/dev/tcp/${node.address}/${port}; printf 'GET /metrics HTTP/1.0\\r\\n\\r\\n' >&3; cat <&3`;
  const { stdout } = await node.run(['bash', '-c', script], { timeoutMs: 10_000 });
  return stdout;
}

/** @throws Error where the page has no such number. */
function valueOf(page: string, name: string): number {
  const line = page.split('\n').find((text) => text.startsWith(`${name} `));
  if (line === undefined) throw new Error(`no metric ${name} in: ${page.slice(0, 300)}`);
  return Number(line.slice(name.length + 1));
}
