/** Makes a fault on a cluster, says so, and waits to be killed. */
import { attachCluster } from '../../clusters/providers.ts';
import { bundled } from '../adapter/bundled.ts';
import { connectTo } from '../runner/provision.ts';
import { isFault } from './catalogue.ts';
import { injectFault } from './inject.ts';
import { Keeper } from './keeper.ts';

const [name = '', stateDir = '', fault = '', node = ''] = process.argv.slice(2);
if (!isFault(fault)) throw new Error(`there is no fault ${fault}`);
const cluster = await attachCluster(name, stateDir);
const site = { cluster, kube: await connectTo(cluster), adapter: bundled, node: cluster.node(node) };
await injectFault(fault, site, { keeper: new Keeper(), onUndo: () => undefined });
process.stdout.write('made\n');
setInterval(() => undefined, 1_000);
