import { imagesFromEnvironment } from '../../clusters/kind/images.ts';
import { kindProvider } from '../../clusters/kind/provider.ts';
import { antreaDocumentedContract } from './antrea-documented.contract.ts';

antreaDocumentedContract(kindProvider({ images: imagesFromEnvironment(process.env) }), { up: 300_000, pod: 60_000 });
