import { attachCluster, ClusterNotFound } from '../../clusters/providers.ts';
import { adapterNamed } from '../adapter/by-name.ts';
import { connectTo } from '../runner/provision.ts';
import { faults, isFault } from './catalogue.ts';
import type { Standing } from './keeper-protocol.ts';

/** Takes back a fault that another process has made. A cluster that is gone has taken its faults with it. */
export async function takeBack({ fault, cluster: name, stateDir, adapter, node, kept }: Standing): Promise<void> {
  if (!isFault(fault)) throw new Error(`there is no fault ${fault}`);
  try {
    await using cluster = await attachCluster(name, stateDir);
    const kube = await connectTo(cluster);
    try {
      await faults[fault].end({ cluster, kube, adapter: adapterNamed(adapter), node: cluster.node(node) }, kept);
    } finally {
      kube.close();
    }
  } catch (error) {
    if (!(error instanceof ClusterNotFound)) throw error;
  }
}
