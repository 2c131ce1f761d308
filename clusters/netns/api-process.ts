import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { perFamily } from '../families.ts';
import type { ClusterConfig } from './config.ts';
import { netnsPath } from './paths.ts';
import type { ClusterPaths } from './paths.ts';
import { controlPlane } from './plan-topology.ts';

const apiserverMain = new URL('../apiserver/main.ts', import.meta.url).pathname;
export const apiPort = 6443;

/** The descriptor of the listening socket that the caller's side made on its own loopback. */
const LISTENER_FD = 3;

/** Starts the API server on the control plane's namespace; resolves when it serves. */
export async function startApiServer(config: ClusterConfig, paths: ClusterPaths): Promise<ChildProcess> {
  const { controlPlane: host } = config.topology.nodeLan;
  const address = host.includes(':') ? `[${host}]:${apiPort}` : `${host}:${apiPort}`;
  const argv = [
    `--net=${netnsPath(controlPlane)}`,
    '--',
    process.execPath,
    apiserverMain,
    ...['--dir', paths.apiserver],
    ...['--listen', address],
    ...['--listen-fd', String(LISTENER_FD)],
    ...['--advertise', address],
    ...['--external', config.external],
    ...[
      '--service-cidr',
      perFamily(config.topology)
        .map(({ serviceCIDR }) => serviceCIDR)
        .join(),
    ],
    ...['--kubelet-socket', paths.kubelet],
  ];
  // Not the command wrapper of agent/linux: this child inherits a listening socket.
  const child = spawn('nsenter', argv, { stdio: ['ignore', 'pipe', 'pipe', LISTENER_FD] });
  child.stderr?.pipe(createWriteStream(join(paths.logs, 'apiserver.log'), { flags: 'a' }));
  let errors = '';
  child.stderr?.on('data', (chunk: Buffer) => (errors = (errors + chunk.toString()).slice(-2_000)));
  const { promise: ready, resolve, reject } = Promise.withResolvers<void>();
  child.once('error', reject);
  child.once('exit', (code) =>
    reject(new Error(`the API server ended with exit code ${code} before it served: ${errors.trim()}`)),
  );
  if (child.stdout) createInterface({ input: child.stdout }).once('line', () => resolve());
  await ready;
  return child;
}
