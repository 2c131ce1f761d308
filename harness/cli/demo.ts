import { bundled } from '../adapter/bundled.ts';
import { tellStory } from '../demo/story.ts';
import { connectTo, provision } from '../runner/provision.ts';
import { unlessAborted } from '../runner/unless-aborted.ts';
import { newRunId } from '../runner/run-facts.ts';
import { openTestbed } from '../world/testbed.ts';
import type { CommandContext } from './context.ts';
import { exitCodes, TestbedError } from './exit-codes.ts';
import { prepareMachine } from './machine.ts';
import { providerFrom } from './settings.ts';

/** The article's figures with real traffic, told in the terminal. */
export async function demo({ settings, signal, print, note }: CommandContext): Promise<number> {
  await prepareMachine({ settings, note });
  const keep = settings.keep === 'always';
  const name = `demo-${newRunId().toLowerCase()}`;
  const { stateDir } = settings;
  const lifetime = keep ? 'detached' : 'caller';
  note('bringing up a cluster of 3 nodes, a firewall and a PostgreSQL outside');
  const cluster = await provision({
    provider: providerFrom(settings),
    name,
    topology: 'egress',
    stateDir,
    lifetime,
    signal,
    progress: note,
  }).catch((error: unknown) => {
    throw new TestbedError(error instanceof Error ? error.message : String(error), { cause: error });
  });
  try {
    const kube = await connectTo(cluster);
    note('installing the Egress controller and a node agent on each node');
    await using testbed = await openTestbed(cluster, kube, bundled, signal);
    const isRight = await unlessAborted(
      signal,
      tellStory(testbed, (...lines) => signal.aborted || lines.forEach(print)),
    );
    kube.close();
    print('');
    if (keep) {
      print(`  The cluster stays: kubectl --kubeconfig ${cluster.kubeconfig} get egress,pods -A`);
      print(`  It goes with:      npx egressproof down --name ${name}`);
    } else print('  Next: npm test');
    return isRight ? exitCodes.passed : exitCodes.failed;
  } finally {
    if (keep) await cluster[Symbol.asyncDispose]();
    else await cluster.down();
  }
}
