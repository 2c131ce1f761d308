import { nftJson } from '../linux/nft.ts';
import type { NftObject } from '../linux/nft.ts';
import { table } from './names.ts';

/** What the rules of one kind have dropped since the tables are there. */
export interface Drop {
  /** nft's name of the table's family. */
  readonly family: string;
  /** The comment of the rule, else the name of its chain. */
  readonly reason: string;
  readonly packets: number;
}

interface Rule {
  readonly family: string;
  readonly chain: string;
  readonly comment?: string;
  readonly expr: readonly { readonly counter?: { readonly packets: number }; readonly drop?: null }[];
}

/** The dropped packets from `nft -j list table`; rules with one reason add up. */
export function parseDrops(objects: readonly NftObject[]): Drop[] {
  const found = new Map<string, Drop>();
  for (const object of objects) {
    const rule = object['rule'] as unknown as Rule | undefined;
    const packets = rule?.expr.find(({ counter }) => counter !== undefined)?.counter?.packets;
    if (!rule || packets === undefined || !rule.expr.some((part) => 'drop' in part)) continue;
    const { family, chain, comment: reason = chain } = rule;
    const key = `${family} ${reason}`;
    found.set(key, { family, reason, packets: packets + (found.get(key)?.packets ?? 0) });
  }
  return [...found.values()];
}

/** What this node's tables have dropped, without their elements, of which there may be many. */
export async function readDrops(): Promise<Drop[]> {
  const tables = (await nftJson(['list', 'tables'])).flatMap(({ table: found }) => (found ? [found] : []));
  const families = tables.filter(({ name }) => name === table).map(({ family }) => String(family));
  const lists = families.map((family) => nftJson(['--terse', 'list', 'table', family, table]));
  return (await Promise.all(lists)).flatMap(parseDrops);
}
