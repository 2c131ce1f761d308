import { ClusterNotFound, downCluster, listClusters } from '../../clusters/providers.ts';
import { bundled } from '../adapter/bundled.ts';
import { topologyNames, type TopologyName } from '../case/define-case.ts';
import { connectTo, provision } from '../runner/provision.ts';
import type { CommandContext } from './context.ts';
import { exitCodes, TestbedError, UsageError } from './exit-codes.ts';
import { prepareMachine } from './machine.ts';
import { providerFrom } from './settings.ts';
import { didYouMean } from './suggest.ts';
import { wholeNumber } from './whole-number.ts';

/** Brings up a cluster that stays until `down`. */
export async function up({ settings, flags, signal, print, note }: CommandContext): Promise<number> {
  const name = String(flags['name']);
  const topology = topologyOf(String(flags['topology']));
  await prepareMachine({ settings, note });
  const { stateDir } = settings;
  const cluster = await provision({
    provider: providerFrom(settings),
    name,
    topology,
    stateDir,
    lifetime: 'detached',
    signal,
    retain: flags['retain'] === true,
    progress: note,
    ...(flags['nodes'] === undefined ? {} : { workers: wholeNumber('--nodes', flags['nodes']) }),
  }).catch(asTestbedError);
  try {
    const hasIPv4 = cluster.capabilities.ipv4.has;
    if (!hasIPv4) note(`${bundled.name} serves IPv4 only: it is not installed`);
    else if (settings.adapter === 'bundled' && topology === 'egress') {
      note(`installing ${bundled.name}`);
      const kube = await connectTo(cluster);
      await bundled.install({ cluster, kube, signal }).finally(() => kube.close());
    }
  } catch (error) {
    await cluster.down();
    return asTestbedError(error);
  }
  print(`cluster ${name} is up: ${cluster.nodes.map((node) => `${node.name} ${node.address}`).join(', ')}`);
  print(`  kubectl --kubeconfig ${cluster.kubeconfig} get nodes,pods -A`);
  print(`  npx egressproof test --cluster ${name}`);
  print(`  npx egressproof down --name ${name}`);
  await cluster[Symbol.asyncDispose]();
  return exitCodes.passed;
}

/** Takes clusters down. A cluster that is not there is an error, unless all were meant. */
export async function down({ settings, flags, print }: CommandContext): Promise<number> {
  const { stateDir } = settings;
  const isAll = flags['all'] === true;
  const names = isAll ? (await listClusters(stateDir)).map(({ name }) => name) : [String(flags['name'])];
  for (const name of names) {
    await downCluster(name, stateDir).catch((error: unknown) => {
      if (error instanceof ClusterNotFound) throw new UsageError(error.message);
      throw new TestbedError(error instanceof Error ? error.message : String(error), { cause: error });
    });
    print(`cluster ${name} is down`);
  }
  if (names.length === 0) print('no cluster is there');
  return exitCodes.passed;
}

function topologyOf(name: string): TopologyName {
  const found = topologyNames.find((one) => one === name);
  if (found === undefined)
    throw new UsageError(
      `there is no topology ${name}${didYouMean(name, topologyNames)}; topologies: ${topologyNames.join(', ')}`,
    );
  return found;
}

function asTestbedError(error: unknown): never {
  throw new TestbedError(error instanceof Error ? error.message : String(error), { cause: error });
}
