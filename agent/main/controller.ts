import { startController } from '../controller/controller.ts';
import { connectKube } from '../kube/client.ts';
import { parseFlags } from './flags.ts';
import { runService } from './run.ts';

await runService(async (log) => {
  const { kubeconfig } = parseFlags(process.argv.slice(2), { kubeconfig: { type: 'string' } });
  const kube = await connectKube({
    ...(kubeconfig === undefined ? {} : { kubeconfig }),
    onReflectError: (resource, error) =>
      log.warn('a watch failed and is tried again', { resource: resource.plural, error: error.message }),
  });
  const controller = startController({ kube, log });
  return {
    ready: controller.ready,
    stop: async () => {
      await controller.stop();
      kube.close();
    },
  };
});
