import { startController } from '../controller/controller.ts';
import { connectKube } from '../kube/client.ts';
import { healthPorts } from '../api/install.ts';
import { integer, parseFlags } from './flags.ts';
import { runService } from './run.ts';

await runService(async (log) => {
  const { kubeconfig, 'health-port': port } = parseFlags(process.argv.slice(2), {
    kubeconfig: { type: 'string' },
    'health-port': { type: 'string', default: String(healthPorts.controller) },
  });
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
});
