import { imagesFromEnvironment } from '../../clusters/kind/images.ts';
import { kindProvider } from '../../clusters/kind/provider.ts';
import { faultsContract } from './faults.contract.ts';

faultsContract(kindProvider({ images: imagesFromEnvironment(process.env) }), { up: 300_000, node: 90_000 });
