import { isObject } from '../schema/types.ts';
import type { Json } from '../schema/types.ts';

const keyOf = (item: Json, mergeKey: string | undefined): Json =>
  mergeKey !== undefined && isObject(item) ? (item[mergeKey] ?? null) : item;

/**
 * Puts a merged list into the order that `$setElementOrder` names. Elements that it does not name (they are only on the
 * server) stay behind the element that they followed.
 */
export function reorder(
  merged: readonly Json[],
  order: Json | undefined,
  mergeKey: string | undefined,
  original: readonly Json[],
): Json[] {
  if (!Array.isArray(order)) return [...merged];
  const rank = new Map(order.map((item, i) => [keyOf(item, mergeKey), i]));
  const named = merged
    .filter((item) => rank.has(keyOf(item, mergeKey)))
    .toSorted((a, b) => (rank.get(keyOf(a, mergeKey)) ?? 0) - (rank.get(keyOf(b, mergeKey)) ?? 0));
  const base = original.length > 0 ? original : merged;
  const result = [...named];
  for (const item of merged) {
    const key = keyOf(item, mergeKey);
    if (rank.has(key)) continue;
    const before = base
      .slice(
        0,
        Math.max(
          0,
          base.findIndex((candidate) => keyOf(candidate, mergeKey) === key),
        ),
      )
      .toReversed();
    const anchor = before
      .map((candidate) => result.findIndex((placed) => keyOf(placed, mergeKey) === keyOf(candidate, mergeKey)))
      .find((i) => i >= 0);
    result.splice(anchor === undefined ? 0 : anchor + 1, 0, item);
  }
  return result;
}
