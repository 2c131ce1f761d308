import { fileURLToPath } from 'node:url';
import { agentImage } from '../../agent/api/install.ts';
import { connectKube, type KubeClient } from '../../agent/kube/client.ts';
import type { Cluster, ClusterOptions, ClusterProvider } from '../../clusters/cluster.ts';
import { topologies } from '../../clusters/topologies.ts';
import type { TopologyName } from '../case/define-case.ts';
import { programs, trafficImage, trafficProgram } from '../traffic/programs.ts';

export interface ClusterWish {
  readonly provider: ClusterProvider;
  readonly name: string;
  readonly topology: TopologyName;
  /** How many nodes, where the topology does not say. */
  readonly workers?: number;
  readonly stateDir: string;
  /** `caller`: the cluster ends with this process, however that ends. */
  readonly lifetime: 'caller' | 'detached';
  readonly signal: AbortSignal;
  readonly retain?: boolean;
  readonly progress?: (step: string) => void;
  /** The program of the agent's image where it is not the real one, and arguments that come first. */
  readonly agentCommand?: readonly string[];
}

const source = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));

/** The programs that pods and hosts of a cluster run. */
export const clusterPrograms: ClusterOptions['programs'] = programs;

/** The images that cases and implementation use, by the names that pods have for them. */
export function podImages(agentCommand?: readonly string[]): ClusterOptions['images'] {
  return {
    [trafficImage]: { program: trafficProgram },
    [agentImage]: { command: agentCommand ?? [process.execPath, source('agent/main/main.ts')] },
  };
}

/** A cluster that has the images that cases and implementation use. */
export function provision(wish: ClusterWish): Promise<Cluster> {
  return wish.provider.up(optionsOf(wish));
}

/** A running cluster that is as `provision` would make it. */
export async function findRunning(wish: ClusterWish): Promise<Cluster | null> {
  return (await wish.provider.reusable?.(optionsOf(wish))) ?? null;
}

function optionsOf(wish: ClusterWish): ClusterOptions {
  const topology = topologies[wish.topology]?.(wish.workers === undefined ? {} : { nodes: wish.workers });
  if (topology === undefined) throw new Error(`there is no topology ${wish.topology}`);
  const { name, stateDir, lifetime, signal, retain = false, progress } = wish;
  const images = podImages(wish.agentCommand);
  const rest = progress === undefined ? {} : { progress };
  return { name, topology, stateDir, lifetime, programs: clusterPrograms, images, signal, retain, ...rest };
}

export function connectTo(cluster: Cluster): Promise<KubeClient> {
  return connectKube({ kubeconfig: cluster.kubeconfig });
}
