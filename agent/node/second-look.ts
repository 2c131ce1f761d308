import type { Elements } from './elements.ts';

/**
 * What the kernel has of a map, from a reading that took its time. `applied`: what was applied when it began, and at each
 * change since, the newest last. An entry that was not the same all the time may have been read or not, and counts as
 * applied last; of all others the reading tells what somebody else has done to them.
 */
export function settledEntries<K>(
  applied: readonly ReadonlyMap<K, string>[],
  read: ReadonlyMap<K, string>,
): ReadonlyMap<K, string> {
  const after = applied.at(-1) ?? new Map<K, string>();
  const settled = new Map(after);
  for (const key of new Set([...applied.flatMap((state) => [...state.keys()]), ...read.keys()])) {
    if (applied.some((state) => state.get(key) !== after.get(key))) continue;
    const value = read.get(key);
    if (value === undefined) settled.delete(key);
    else settled.set(key, value);
  }
  return settled;
}

/** What a node has in its kernel beside the layout of the tables. */
interface State {
  readonly elements: Elements;
  readonly held: ReadonlyMap<string, string>;
  readonly peers: ReadonlyMap<string, string>;
  readonly subnets: ReadonlyMap<number, string>;
}

/** The same for everything that a node has. */
export function settledState(applied: readonly State[], read: State): State {
  const names = Object.keys(read.elements) as (keyof Elements)[];
  const elements = names.map((name) => {
    const known = applied.map((state) => state.elements[name]);
    return [name, settledEntries(known, read.elements[name])] as const;
  });
  return {
    elements: Object.fromEntries(elements) as unknown as Elements,
    held: settledEntries(
      applied.map(({ held }) => held),
      read.held,
    ),
    peers: settledEntries(
      applied.map(({ peers }) => peers),
      read.peers,
    ),
    subnets: settledEntries(
      applied.map(({ subnets }) => subnets),
      read.subnets,
    ),
  };
}
