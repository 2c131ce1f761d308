import { join } from 'node:path';
import { rm } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { run } from '../../agent/linux/exec.ts';
import { containersWith, kindClusterLabel, runStep } from './docker.ts';
import { kindName } from './naming.ts';

/** From the start of the nodes until their containerd answers. */
const containerdLimitMs = 60_000;

/**
 * Puts images into every node, as `kind load docker-image` does, but all images at once, and while kind still sets the
 * nodes up: that way it costs a third of the time. `nodesRun` resolves when the nodes' containers run.
 */
export async function loadImages(
  cluster: string,
  references: readonly string[],
  options: { readonly dir: string; readonly nodesRun: Promise<void>; readonly signal: AbortSignal },
): Promise<void> {
  if (references.length === 0) return;
  const { dir, nodesRun, signal } = options;
  const archive = join(dir, 'images.tar');
  try {
    await runStep(['docker', 'save', '--output', archive, ...references], { signal });
    await nodesRun;
    const nodes = await containersWith(kindClusterLabel, kindName(cluster));
    await Promise.all(nodes.map(({ name }) => importImages(name, archive, signal)));
  } finally {
    await rm(archive, { force: true });
  }
}

async function importImages(node: string, archive: string, signal: AbortSignal): Promise<void> {
  const ctr = ['docker', 'exec', '--interactive', node, 'ctr', '--namespace=k8s.io'];
  const until = performance.now() + containerdLimitMs;
  for (;;) {
    signal.throwIfAborted();
    const { exitCode, stderr } = await run([...ctr, 'version'], { allowFailure: true });
    if (exitCode === 0) break;
    if (performance.now() > until)
      throw new Error(`containerd of node ${node} did not answer within ${containerdLimitMs} ms: ${stderr.trim()}`);
    await delay(100);
  }
  const command = [...ctr, 'images', 'import', '--all-platforms', '--digests', '--snapshotter=overlayfs', '-'];
  await runStep(['sh', '-c', 'archive=$1; shift; exec "$@" < "$archive"', 'import', archive, ...command], { signal });
}
