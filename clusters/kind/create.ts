import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { connectKube } from '../../agent/kube/client.ts';
import { nodes as nodesRef } from '../../agent/kube/object.ts';
import type { KubeObject } from '../../agent/kube/object.ts';
import type { ClusterOptions } from '../cluster.ts';
import { clusterDir } from '../state.ts';
import { kubeconfigOf, routeToOutside } from './cluster.ts';
import type { KindRecord } from './config.ts';
import { containersWith, docker, kindClusterLabel, runStep } from './docker.ts';
import { firewallLogProgram } from './firewall.ts';
import { buildImages, ownPrograms } from './images.ts';
import type { ForeignImages, ImageReferences } from './images.ts';
import { planKindConfig } from './kind-config.ts';
import type { IpFamily } from './kind-config.ts';
import { loadImages } from './load-images.ts';
import { kindName } from './naming.ts';
import { createNetworks, driverOptionsFor } from './networks.ts';
import type { Networks } from './networks.ts';
import { newPassword, startDatabase, startRouter, startWitness } from './outside.ts';
import { kindNodes } from './topology.ts';

/** From the last step of kind until every node says that it is ready. */
const readyLimitMs = 120_000;

export interface CreateOptions extends ClusterOptions {
  readonly foreign: ForeignImages;
  readonly ipFamily: IpFamily;
}

type Made = Pick<KindRecord, 'networks' | 'images' | 'programImage' | 'programs' | 'databasePassword'>;

/** Makes networks, nodes, images and the outside. What is not in the answer can be learnt from Docker. */
export async function createCluster(options: CreateOptions): Promise<Made> {
  const { name, topology, ipFamily, progress = () => undefined } = options;
  const version = (await docker(['version', '--format', '{{.Server.Version}}'])).trim();
  const networks = await createNetworks(name, topology, {
    ipv6: ipFamily !== 'ipv4',
    driverOptions: driverOptionsFor(version),
  });
  progress(`networks ${networks.lan.cidr} (nodes) and ${networks.outside.cidr} (outside)`);
  const databasePassword = newPassword();
  const nodesRun = Promise.withResolvers<void>();
  // Whoever waits for the nodes waits for nothing more when they have failed.
  nodesRun.promise.catch(() => undefined);
  const { images, programImage } = await sideBySide(options.signal, (signal) => {
    signal.addEventListener('abort', () => nodesRun.reject(signal.reason as Error), { once: true });
    const together = { ...options, progress, signal };
    return [
      createNodes(together, nodesRun.resolve),
      createOutside(together, networks, databasePassword, nodesRun.promise),
    ];
  });
  await connectNodes(name, networks, ipFamily !== 'ipv4');
  await whenReady(options);
  return {
    networks,
    images,
    programImage,
    programs: Object.keys({ ...options.programs, ...ownPrograms }),
    databasePassword,
  };
}

/** Both to their end, so that nothing goes on behind the caller's back; what fails first ends the other at its next step. */
async function sideBySide<T>(
  outer: AbortSignal | undefined,
  begin: (signal: AbortSignal) => readonly [Promise<void>, Promise<T>],
): Promise<T> {
  const failed = new AbortController();
  const work = begin(outer === undefined ? failed.signal : AbortSignal.any([outer, failed.signal]));
  const errors: unknown[] = [];
  for (const one of work) {
    one.catch((error: unknown) => {
      errors.push(error);
      failed.abort();
    });
  }
  await Promise.allSettled(work);
  if (errors.length > 0) throw errors[0];
  return work[1];
}

async function createNodes(
  { name, stateDir, topology, foreign, ipFamily, signal, progress, retain }: CreateOptions,
  nodesRun: () => void,
): Promise<void> {
  const dir = clusterDir(stateDir, name);
  const config = join(dir, 'kind.yaml');
  await writeFile(config, planKindConfig(topology, ipFamily));
  const flags = ['--name', kindName(name), '--config', config, '--kubeconfig', kubeconfigOf(dir)];
  await runStep(
    [
      ...['kind', 'create', 'cluster', ...flags],
      ...(foreign.node === null ? [] : ['--image', foreign.node]),
      // Whoever wants to look at what failed needs the nodes, too.
      ...(retain === true ? ['--retain'] : []),
    ],
    {
      env: { KIND_EXPERIMENTAL_DOCKER_NETWORK: kindName(name) },
      onLine: (line) => {
        const step = /^ [✓✗] (.*?) ?(\p{Extended_Pictographic}|\uFE0F|\s)*$/u.exec(line)?.[1];
        if (step !== undefined) progress?.(`kind: ${step}`);
        if (step === 'Preparing nodes') nodesRun();
      },
      ...(signal === undefined ? {} : { signal }),
    },
  );
}

/** Our images, and the containers that run them or stand beside them. */
async function createOutside(
  {
    name,
    stateDir,
    images,
    programs,
    foreign,
    ipFamily,
    signal,
    progress = () => undefined,
  }: CreateOptions & { readonly signal: AbortSignal },
  networks: Networks,
  password: string,
  nodesRun: Promise<void>,
): Promise<{ images: ImageReferences; programImage: string }> {
  // An image that starts one of the programs has them all, and does for router and witness.
  const [withPrograms] = Object.keys(images).filter((image) => 'program' in (images[image] ?? {}));
  const built = await buildImages({
    images: withPrograms === undefined ? { ...images, [hostImage]: { program: firewallLogProgram } } : images,
    programs,
    base: foreign.base,
    cluster: name,
    progress,
    signal,
  });
  const programImage = built[withPrograms ?? hostImage] ?? '';
  const options = { cluster: name, networks, ipv6: ipFamily !== 'ipv4', databaseImage: foreign.database, programImage };
  signal.throwIfAborted();
  const references = Object.keys(images).flatMap((image) => built[image] ?? []);
  const dir = clusterDir(stateDir, name);
  await Promise.all([
    loadImages(name, references, { dir, nodesRun, signal }),
    Promise.all([startRouter(options), startWitness(options), startDatabase(options, password)]).then(() =>
      progress('router, database and witness run'),
    ),
  ]);
  progress('the nodes have our images');
  return { images: built, programImage };
}

/** The image of router and witness where no pod runs a program. */
const hostImage = 'egressproof/host';

/** Every node sends what is for the outside to the router. */
async function connectNodes(cluster: string, networks: Networks, ipv6: boolean): Promise<void> {
  const nodes = kindNodes(await containersWith(kindClusterLabel, kindName(cluster)), kindName(cluster));
  await Promise.all(nodes.map(({ name }) => routeToOutside(name, networks, ipv6)));
}

type Node = KubeObject & {
  readonly status?: { readonly conditions?: readonly { readonly type: string; readonly status: string }[] };
};

async function whenReady({ name, stateDir, topology, signal, progress }: CreateOptions): Promise<void> {
  const kube = await connectKube({ kubeconfig: kubeconfigOf(clusterDir(stateDir, name)) });
  try {
    using nodes = kube.reflect<Node>(nodesRef);
    await nodes.synced;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const unready = (): string[] =>
      [...nodes.items.values()]
        .filter(({ status }) => !status?.conditions?.some((one) => one.type === 'Ready' && one.status === 'True'))
        .map(({ metadata }) => metadata.name ?? '');
    const look = (): void => {
      if (nodes.items.size > topology.nodes.length && unready().length === 0) resolve();
    };
    const stopLooking = nodes.onChange(look);
    const timer = setTimeout(
      () => reject(new Error(`nodes ${unready().join(', ')} were not ready after ${readyLimitMs} ms`)),
      readyLimitMs,
    );
    const interrupted = (): void => reject(new Error('interrupted'));
    signal?.addEventListener('abort', interrupted, { once: true });
    look();
    await promise.finally(() => {
      clearTimeout(timer);
      stopLooking();
      signal?.removeEventListener('abort', interrupted);
    });
    progress?.(`${nodes.items.size} nodes are ready`);
  } finally {
    kube.close();
  }
}
