import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { kernelFiles } from '../adapter/node-kernel.ts';
import { namespaces, nodes, pods, services } from '../../agent/kube/object.ts';
import type { Testbed } from '../world/testbed.ts';
import { timeouts } from '../world/timeouts.ts';

/** Writes what the cluster looks like now, before it is cleaned up. What cannot be had is said in its place. */
export async function collectDiagnostics({ cluster, kube, adapter, context }: Testbed, dir: string): Promise<void> {
  const write = async (name: string, contents: () => Promise<string>): Promise<void> => {
    const text = await contents().catch((error: unknown) => `not available: ${String(error)}\n`);
    const path = join(dir, 'diagnostics', name);
    await mkdir(join(path, '..'), { recursive: true });
    await writeFile(path, text);
  };
  // The adapter asks nodes itself; not every one does.
  const kernels = [...cluster.nodes, cluster.router]
    .flatMap((host) => kernelFiles(host, timeouts.diagnostics))
    .map(([file, ask]) => write(file, ask));
  const objects = Object.entries({ nodes, namespaces, pods, services }).map(([name, resource]) =>
    write(`${name}.yaml`, async () => stringify((await kube.list(resource)).items)),
  );
  await Promise.all([...kernels, ...objects]);
  const logs = await cluster.logs().catch((error: unknown) => ({ 'logs.txt': String(error) }));
  for (const [name, text] of Object.entries(logs)) await write(join('logs', name), () => Promise.resolve(text));
  const own = await adapter.diagnostics(context).catch((error: unknown) => ({ 'adapter.txt': String(error) }));
  for (const [name, text] of Object.entries(own)) await write(join(adapter.name, name), () => Promise.resolve(text));
}
