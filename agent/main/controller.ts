import { healthPorts, metricsPorts } from '../api/install.ts';
import type { Logger } from '../base/log.ts';
import { webhookPort } from '../api/webhooks.ts';
import { startController } from '../controller/controller.ts';
import { startWebhook } from '../controller/webhook.ts';
import { connectKube } from '../kube/client.ts';
import { controllerMetrics } from '../metrics/controller.ts';
import { programMetrics } from '../metrics/program.ts';
import type { Defects } from './defects.ts';
import { cidrs, integer, parseFlags } from './flags.ts';
import type { Service } from './run.ts';

const flags = {
  kubeconfig: { type: 'string' },
  'service-cidr': { type: 'string', default: '' },
  'health-port': { type: 'string', default: String(healthPorts.controller) },
  'metrics-port': { type: 'string', default: String(metricsPorts.controller) },
  'metrics-address': { type: 'string' },
  'webhook-port': { type: 'string', default: String(webhookPort) },
} as const;

/** The controller from its command line. `defects` is for tests only. */
export async function controllerService(args: readonly string[], log: Logger, defects: Defects = {}): Promise<Service> {
  const { kubeconfig, 'service-cidr': services, 'metrics-address': metricsAddress, ...ports } = parseFlags(args, flags);
  const serviceCIDRs = cidrs('service-cidr', services);
  const healthPort = integer('health-port', ports['health-port'], 1, 65_535);
  const port = integer('webhook-port', ports['webhook-port'], 1, 65_535);
  const metricsPort = integer('metrics-port', ports['metrics-port'], 0, 65_535);
  const metrics = programMetrics('controller', () => client.watches());
  const client = await connectKube({
    ...(kubeconfig === undefined ? {} : { kubeconfig }),
    onReflectError: (resource, error) => {
      metrics.watchFailed(resource.plural);
      log.warn('a watch failed and is tried again', { resource: resource.plural, error: error.message });
    },
  });
  const kube = defects.rewriteKube?.(client) ?? client;
  const observer = controllerMetrics(metrics, () => controller.findings());
  const controller = startController({ kube, log, serviceCIDRs, observer });
  const webhook = startWebhook({ kube, log, port });
  return {
    ready: Promise.all([controller.ready, webhook]).then(() => undefined),
    healthPort,
    metrics: { source: metrics.registry, address: metricsAddress ?? process.env['NODE_ADDRESS'], port: metricsPort },
    stop: async () => {
      await controller.stop();
      await (await webhook)[Symbol.asyncDispose]();
      client.close();
    },
  };
}
