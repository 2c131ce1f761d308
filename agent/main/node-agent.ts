import { agentName, healthPorts, installNamespace, metricsPorts } from '../api/install.ts';
import type { Logger } from '../base/log.ts';
import { connectKube } from '../kube/client.ts';
import { KubeApiError } from '../kube/error.ts';
import type { KubeObject, ResourceRef } from '../kube/object.ts';
import type { Kube } from '../kube/types.ts';
import { agentMetrics } from '../metrics/agent.ts';
import { programMetrics } from '../metrics/program.ts';
import { startNodeAgent } from '../node/agent.ts';
import type { NodeAgentOptions } from '../node/agent.ts';
import { maxCapacity } from '../node/capacity.ts';
import { readDrops } from '../node/drops.ts';
import type { Defects } from './defects.ts';
import { UsageError, cidrs, integer, oneOf, parseFlags } from './flags.ts';
import type { MetricsEndpoint } from './metrics-server.ts';
import type { Service } from './run.ts';

const flags = {
  'node-name': { type: 'string' },
  kubeconfig: { type: 'string' },
  'service-cidr': { type: 'string', default: '' },
  'pod-cidr': { type: 'string', default: '' },
  'except-cidrs': { type: 'string', default: '' },
  'unknown-pods': { type: 'string', default: 'hold' },
  fallback: { type: 'string', default: 'drop' },
  'max-egress-ips-per-node': { type: 'string', default: String(maxCapacity) },
  'vxlan-port': { type: 'string', default: '4789' },
  'lease-ms': { type: 'string', default: '10000' },
  'health-port': { type: 'string', default: String(healthPorts.agent) },
  'metrics-port': { type: 'string', default: String(metricsPorts.agent) },
  'metrics-address': { type: 'string' },
} as const;

const daemonSets: ResourceRef = {
  group: 'apps',
  version: 'v1',
  plural: 'daemonsets',
  kind: 'DaemonSet',
  namespaced: true,
};

/** The node agent from its command line. `defects` is for tests only. */
export async function nodeAgentService(args: readonly string[], log: Logger, defects: Defects = {}): Promise<Service> {
  const options = parseNodeFlags(args, process.env);
  const metrics = programMetrics('agent', () => client.watches());
  const client = await connectKube({
    ...(options.kubeconfig === undefined ? {} : { kubeconfig: options.kubeconfig }),
    onReflectError: (resource, error) => {
      metrics.watchFailed(resource.plural);
      log.warn('a watch failed and is tried again', { resource: resource.plural, error: error.message });
    },
  });
  const { rewriteKube, ...bent } = defects;
  const kube = rewriteKube?.(client) ?? client;
  const observer = agentMetrics(metrics, { standing: () => agent.standing(), drops: readDrops });
  const agent = startNodeAgent({ ...options.agent, ...bent, kube, log, observer });
  return {
    ready: agent.ready,
    healthPort: options.healthPort,
    metrics: { ...options.metrics, source: metrics.registry },
    stop: async () => {
      const uninstall = await isUninstalled(kube, log);
      await agent.stop({ uninstall });
      log.info('stopped', { kernelState: uninstall ? 'removed' : 'kept' });
      client.close();
    },
  };
}

export function parseNodeFlags(
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): {
  readonly kubeconfig: string | undefined;
  readonly healthPort: number;
  readonly metrics: Pick<MetricsEndpoint, 'address' | 'port'>;
  readonly agent: Omit<NodeAgentOptions, 'kube' | 'log'>;
} {
  const values = parseFlags(args, flags);
  const nodeName = values['node-name'] ?? env['NODE_NAME'];
  if (!nodeName) throw new UsageError('the name of this node is missing: give --node-name or set NODE_NAME');
  return {
    kubeconfig: values.kubeconfig,
    healthPort: integer('health-port', values['health-port'], 1, 65_535),
    metrics: {
      address: values['metrics-address'] ?? env['NODE_ADDRESS'],
      port: integer('metrics-port', values['metrics-port'], 0, 65_535),
    },
    agent: {
      nodeName,
      overlayPort: integer('vxlan-port', values['vxlan-port'], 1, 65_535),
      leaseMs: integer('lease-ms', values['lease-ms'], 200, 600_000),
      settings: {
        serviceCIDRs: cidrs('service-cidr', values['service-cidr']),
        podCIDRs: cidrs('pod-cidr', values['pod-cidr']),
        exceptCIDRs: cidrs('except-cidrs', values['except-cidrs']),
        unknownPods: oneOf('unknown-pods', values['unknown-pods'], ['hold', 'allow']),
        fallback: oneOf('fallback', values.fallback, ['drop', 'nodeIP']),
        // As in Antrea, 0 means the most.
        maxEgressIPsPerNode:
          integer('max-egress-ips-per-node', values['max-egress-ips-per-node'], 0, maxCapacity) || maxCapacity,
      },
    },
  };
}

/**
 * Whether the DaemonSet is gone or going, so that nothing may be left on the node; otherwise this is a restart, which
 * must not disturb a packet. Losing the right to ask (403), or the account to ask with (401), means that the installation
 * is being removed.
 */
async function isUninstalled(kube: Kube, log: Logger): Promise<boolean> {
  try {
    const daemonSet = await kube.find<KubeObject>(daemonSets, agentName, installNamespace);
    return daemonSet === null || daemonSet.metadata.deletionTimestamp !== undefined;
  } catch (error) {
    if (error instanceof KubeApiError && (error.code === 401 || error.code === 403)) return true;
    log.warn('cannot tell a restart from an uninstall; the state of the kernel is kept', {
      error: (error as Error).message,
    });
    return false;
  }
}
