/** Brings a cluster up that lives as long as this process, and says so. */
import { egressTopology } from '../topologies.ts';
import { netnsProvider } from './provider.ts';

const [name = '', stateDir = ''] = process.argv.slice(2);
await netnsProvider.up({ name, stateDir, topology: egressTopology(), programs: {}, images: {}, lifetime: 'caller' });
process.stdout.write('up\n');
setInterval(() => {}, 1_000);
