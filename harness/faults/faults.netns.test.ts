import { netnsProvider } from '../../clusters/netns/provider.ts';
import { faultsContract } from './faults.contract.ts';

faultsContract(netnsProvider, { up: 60_000, node: 15_000 });
