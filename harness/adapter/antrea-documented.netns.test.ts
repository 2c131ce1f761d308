import { netnsProvider } from '../../clusters/netns/provider.ts';
import { antreaDocumentedContract } from './antrea-documented.contract.ts';

antreaDocumentedContract(netnsProvider, { up: 60_000, pod: 10_000 });
