import { ipBatch, ipJson } from '../linux/ip.ts';
import type { Family } from './family.ts';
import { families } from './family.ts';
import { hexMark, leavingMark, maxSubnets, rulePreference, subnetMark, subnetMask, subnetTable } from './names.ts';
import type { NetnsOptions } from './overlay.ts';

/** After that of the overlay. */
const preference = rulePreference + 1;
const mask = hexMark(Number(leavingMark) | subnetMask);
const markOf = (number: number): string => hexMark(Number(leavingMark) | Number(subnetMark(number)));

interface Rule {
  readonly priority: number;
  readonly table: string;
  readonly fwmark?: string;
}

interface Route {
  readonly dst: string;
  readonly table?: string;
  readonly gateway?: string;
  readonly dev?: string;
}

/** What the kernel has: by the number of each subnet its routes, as `NETWORK via GATEWAY dev INTERFACE`. */
export async function readSubnets(options: NetnsOptions): Promise<Map<number, string>> {
  const found = new Map<number, string>();
  for (const family of families) {
    const rules = await ipJson<Rule>([`-${family}`, 'rule', 'show'], options);
    const routes = await ipJson<Route>([`-${family}`, 'route', 'show', 'table', 'all'], options);
    for (const [number, text] of parseSubnets(rules, routes)) found.set(number, text);
  }
  return found;
}

/** Of one IP version. What is there in part only has a text that nobody wants. */
export function parseSubnets(rules: readonly Rule[], routes: readonly Route[]): Map<number, string> {
  const found = new Map<number, string>();
  for (let number = 0; number < maxSubnets; number += 1) {
    const table = String(subnetTable(number));
    const rule = rules.find((one) => one.priority === preference && one.table === table);
    const ways = routes.filter((route) => route.table === table);
    if (rule === undefined && ways.length === 0) continue;
    const way = ways.find(({ dst, gateway }) => dst === 'default' && gateway !== undefined);
    const link = ways.find(({ dst, gateway }) => dst !== 'default' && gateway === undefined);
    const isWhole =
      rule?.fwmark === shortHex(markOf(number)) && way && link && ways.length === 2 && way.dev === link.dev;
    found.set(number, isWhole ? `${link.dst} via ${way.gateway} dev ${way.dev}` : 'in part');
  }
  return found;
}

/** As `ip` prints marks. */
const shortHex = (mark: string): string => `0x${Number(mark).toString(16)}`;

/** Makes the ways that are wanted and not there. */
export async function addSubnets(
  have: ReadonlyMap<number, string>,
  want: ReadonlyMap<number, string>,
  options: NetnsOptions,
): Promise<void> {
  const fresh = [...want].filter(([number, text]) => have.get(number) !== text);
  await removeSubnets(
    fresh.flatMap(([number]) => (have.has(number) ? [number] : [])),
    options,
  );
  for (const family of families) {
    const lines = fresh.filter(([, text]) => isOf(text, family)).flatMap(([number, text]) => waysOf(number, text));
    await ipBatch(lines, { ...options, family });
  }
}

function waysOf(number: number, text: string): string[] {
  const [network = '', gateway = '', iface = ''] = text.split(/ via | dev /);
  const table = subnetTable(number);
  return [
    `route add ${network} dev ${iface} scope link table ${table}`,
    `route add default via ${gateway} dev ${iface} onlink table ${table}`,
    `rule add pref ${preference} fwmark ${markOf(number)}/${mask} lookup ${table}`,
  ];
}

export async function removeSubnets(numbers: readonly number[], options: NetnsOptions): Promise<void> {
  const lines = numbers.flatMap((number) => [
    `rule del pref ${preference} lookup ${subnetTable(number)}`,
    `route flush table ${subnetTable(number)}`,
  ]);
  for (const family of families) await ipBatch(lines, { ...options, family, force: true });
}

const isOf = (text: string, family: Family): boolean => text.includes(':') === (family === 6);
