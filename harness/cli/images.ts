import { buildImages, isPresent, planImages, removeKeptImages } from '../../clusters/kind/images.ts';
import { textTable } from '../demo/text-table.ts';
import { clusterPrograms, podImages } from '../runner/provision.ts';
import type { CommandContext } from './context.ts';
import { exitCodes, UsageError } from './exit-codes.ts';
import { foreignImages } from './settings.ts';
import { didYouMean } from './suggest.ts';

const actions = ['list', 'build', 'remove'] as const;

/**
 * What clusters of kind need to be present: the images of others, which are pulled where there is a registry, and ours,
 * which are built. `build` builds ours ahead and keeps them; `remove` takes those away again.
 */
export async function images({ settings, args, flags, signal, print, note }: CommandContext): Promise<number> {
  const wanted = args[0] ?? 'list';
  const action = actions.find((one) => one === wanted);
  if (action === undefined)
    throw new UsageError(`images ${wanted}${didYouMean(wanted, actions)}; actions: ${actions.join(', ')}`);
  const foreign = foreignImages(settings);
  const ours = { images: podImages(), programs: clusterPrograms, base: foreign.base };
  if (action === 'build') {
    const built = await buildImages({ ...ours, cluster: null, signal, progress: note });
    for (const reference of Object.values(built)) print(reference);
    return exitCodes.passed;
  }
  if (action === 'remove') {
    for (const reference of await removeKeptImages()) print(`removed ${reference}`);
    return exitCodes.passed;
  }
  const node = foreign.node ?? `the default of the installed kind (--image names another)`;
  const rows = await Promise.all([
    ...[
      { image: node, what: 'nodes' },
      { image: foreign.base, what: 'base of ours' },
      { image: foreign.database, what: 'PostgreSQL outside' },
    ].map(row),
    ...Object.values(await planImages(ours)).map((image) => row({ image, what: 'built here, loaded into the nodes' })),
  ]);
  if (flags['output'] === 'json') print(JSON.stringify(rows, null, 2));
  else
    for (const line of textTable(
      ['image', 'for', 'present'],
      rows.map(({ image, what, present }) => [image, what, present ? 'yes' : 'no']),
    ))
      print(line);
  return exitCodes.passed;
}

async function row({ image, what }: { image: string; what: string }): Promise<{
  image: string;
  what: string;
  present: boolean;
}> {
  return { image, what, present: await isPresent(image) };
}
