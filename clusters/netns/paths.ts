import { join } from 'node:path';

/** Everything a cluster writes is below its folder, which `down` removes. */
export function clusterPaths(dir: string) {
  return {
    dir,
    config: join(dir, 'cluster.json'),
    pid: join(dir, 'sandbox.pid'),
    control: join(dir, 'control.sock'),
    kubelet: join(dir, 'kubelet.sock'),
    apiserver: join(dir, 'apiserver'),
    kubeconfig: join(dir, 'kubeconfig'),
    /** For processes inside the sandbox, which reach the API server over the node LAN. */
    insideKubeconfig: join(dir, 'kubeconfig-inside'),
    logs: join(dir, 'logs'),
    pods: join(dir, 'pods'),
    boot: join(dir, 'boot'),
    /** TMPDIR of everything in the sandbox. */
    tmp: join(dir, 'tmp'),
    database: join(dir, 'database'),
  };
}

export type ClusterPaths = ReturnType<typeof clusterPaths>;

/** What may be shared between clusters and kept: the database's initialised data, compiled code. */
export const cacheDir = (stateDir: string): string => join(stateDir, 'cache');

/** Where a network namespace of the sandbox is found, inside the sandbox. */
export const netnsPath = (namespace: string): string => `/run/netns/${namespace}`;
