/** Gives lists in orders that a seed, 0 to 2^32 - 1, decides alone: the same seed, the same orders one after the other. */
export function shuffler(seed: number): <T>(list: readonly T[]) => T[] {
  let state = seed >>> 0;
  // mulberry32, https://github.com/cprosche/mulberry32 (public domain): a period of 2^32 is plenty for a case.
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  return (list) => {
    const rest = [...list];
    return list.map(() => rest.splice(Math.floor(next() * rest.length), 1)[0] as (typeof list)[number]);
  };
}
