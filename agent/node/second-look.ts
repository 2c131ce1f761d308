import type { Elements } from './elements.ts';

/**
 * What the kernel has of a map, from a reading that took its time: `before` was applied when it began, `after` when it
 * ended. An entry that changed in between may have been read or not, and counts as applied; of all others the reading
 * tells what somebody else has done to them.
 */
export function settledEntries<K>(
  before: ReadonlyMap<K, string>,
  read: ReadonlyMap<K, string>,
  after: ReadonlyMap<K, string>,
): ReadonlyMap<K, string> {
  const settled = new Map(after);
  for (const key of new Set([...before.keys(), ...read.keys(), ...after.keys()])) {
    if (before.get(key) !== after.get(key)) continue;
    const value = read.get(key);
    if (value === undefined) settled.delete(key);
    else settled.set(key, value);
  }
  return settled;
}

/** The same for all sets and maps of the tables. */
export function settledElements(before: Elements, read: Elements, after: Elements): Elements {
  const names = Object.keys(after) as (keyof Elements)[];
  const entries = names.map((name) => [name, settledEntries(before[name], read[name], after[name])] as const);
  return Object.fromEntries(entries) as unknown as Elements;
}
