import { serviceContract } from '../api-services.contract.ts';
import { apiContract } from '../api.contract.ts';
import { providerContract } from '../provider.contract.ts';
import { imagesFromEnvironment } from './images.ts';
import { kindProvider } from './provider.ts';

const provider = kindProvider({ images: imagesFromEnvironment(process.env) });
// A node is given up 50 s after its last sign of life (node-monitor-grace-period of the controller manager).
const contract = providerContract(provider, {
  limits: { up: 240_000, pod: 60_000, nodeLost: 120_000, nodeBack: 90_000 },
});

apiContract(() => contract.cluster.kubeconfig);
serviceContract(() => contract.cluster.kubeconfig);
