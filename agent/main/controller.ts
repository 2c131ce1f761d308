import { healthPorts } from '../api/install.ts';
import type { Logger } from '../base/log.ts';
import { startController } from '../controller/controller.ts';
import { connectKube } from '../kube/client.ts';
import { integer, parseFlags } from './flags.ts';
import type { Service } from './run.ts';

const flags = {
  kubeconfig: { type: 'string' },
  'health-port': { type: 'string', default: String(healthPorts.controller) },
} as const;

/** The controller from its command line. */
export async function controllerService(args: readonly string[], log: Logger): Promise<Service> {
  const { kubeconfig, 'health-port': port } = parseFlags(args, flags);
  const healthPort = integer('health-port', port, 1, 65_535);
  const kube = await connectKube({
    ...(kubeconfig === undefined ? {} : { kubeconfig }),
    onReflectError: (resource, error) =>
      log.warn('a watch failed and is tried again', { resource: resource.plural, error: error.message }),
  });
  const controller = startController({ kube, log });
  return {
    ready: controller.ready,
    healthPort,
    stop: async () => {
      await controller.stop();
      kube.close();
    },
  };
}
