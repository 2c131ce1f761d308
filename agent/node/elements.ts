import type { NftObject } from '../linux/nft.ts';
import { steerDrop, steerLocal } from './plan.ts';
import type { NodePlan } from './plan.ts';
import { table } from './ruleset.ts';

/** The sets and maps of the layout, as `family name`. */
const setNames = [
  'ip pods',
  'ip peers',
  'ip addresses',
  'ip owned',
  'ip steering',
  'ip egress_ips',
  'netdev gateways',
  'arp addresses',
  'arp owned',
  'ip pod_ranges',
  'ip exempt',
] as const;
type SetName = (typeof setNames)[number];

/** Contents of the sets: element to its value; the empty string in sets without values. */
export type Elements = Readonly<Record<SetName, ReadonlyMap<string, string>>>;

/** The kernel merges overlapping intervals, so that these are replaced as a whole. */
const intervals: ReadonlySet<SetName> = new Set(['ip pod_ranges', 'ip exempt']);
/** Elements that run out unless they are refreshed. */
const leased: ReadonlySet<SetName> = new Set(['ip owned', 'arp owned']);

export function renderElements(plan: NodePlan): Elements {
  const keys = (list: Iterable<string>): Map<string, string> => new Map([...list].map((key) => [key, '']));
  const overlay = [...plan.steering].filter(([, way]) => way !== steerLocal && way !== steerDrop);
  return {
    'ip pods': keys(plan.pods),
    'ip peers': keys(plan.peers.keys()),
    'ip addresses': keys(plan.addresses),
    'ip owned': keys(plan.owned),
    'ip steering': new Map([...plan.steering].map(([pod, way]) => [pod, verdict(way)])),
    'ip egress_ips': plan.snat,
    'netdev gateways': new Map(overlay),
    'arp addresses': keys(plan.addresses),
    'arp owned': keys(plan.owned),
    'ip pod_ranges': keys(plan.podRanges),
    'ip exempt': keys(plan.exempt),
  };
}

function verdict(way: string): string {
  if (way === steerDrop) return 'drop';
  return way === steerLocal ? 'goto leave_here' : 'goto to_overlay';
}

export const noElements: Elements = Object.fromEntries(
  setNames.map((name) => [name, new Map()]),
) as unknown as Elements;

/** nft commands that lead from one state to the other; none when they are equal. */
export function diffElements(have: Elements, want: Elements, leaseMs: number): string[] {
  return setNames.flatMap((name) => {
    if (intervals.has(name)) return replaceIntervals(name, have[name], want[name]);
    const gone = [...have[name].keys()].filter((key) => have[name].get(key) !== want[name].get(key));
    const fresh = [...want[name]].filter(([key, value]) => have[name].get(key) !== value);
    if (leased.has(name)) return [...removeLeases(name, gone), ...command('add', name, fresh.map(leaseFor(leaseMs)))];
    return [...command('delete', name, gone), ...command('add', name, fresh.map(elementText))];
  });
}

/** nft commands that give the owned addresses their full time again. */
export function refreshLeases(owned: Iterable<string>, leaseMs: number): string[] {
  const keys = [...owned];
  return [...leased].flatMap((name) => [
    ...removeLeases(name, keys),
    ...command('add', name, keys.map(leaseFor(leaseMs))),
  ]);
}

/** Adding first makes the deletion succeed also where the element has just run out. */
function removeLeases(name: SetName, keys: readonly string[]): string[] {
  return [...command('add', name, keys), ...command('delete', name, keys)];
}

function replaceIntervals(
  name: SetName,
  have: ReadonlyMap<string, string>,
  want: ReadonlyMap<string, string>,
): string[] {
  if (have.size === want.size && [...want.keys()].every((key) => have.has(key))) return [];
  return [`flush set ${inTable(name)}`, ...command('add', name, [...want.keys()])];
}

function command(verb: 'add' | 'delete', name: SetName, elements: readonly string[]): string[] {
  return elements.length === 0 ? [] : [`${verb} element ${inTable(name)} { ${elements.join(', ')} }`];
}

function elementText([key, value]: readonly [string, string]): string {
  return value === '' ? key : `${key} : ${value}`;
}

function leaseFor(leaseMs: number): (element: string | readonly [string, string]) => string {
  return (element) => `${typeof element === 'string' ? element : element[0]} timeout ${leaseMs}ms`;
}

function inTable(name: SetName): string {
  const [family, set] = name.split(' ');
  return `${family} ${table} ${set}`;
}

/** What the kernel has, from `nft -j list table`; intervals are left out, so that they are written anew. */
export function parseElements(objects: readonly NftObject[]): Elements {
  const found = new Map<string, Map<string, string>>();
  for (const object of objects) {
    const set = (object['set'] ?? object['map']) as unknown as NftSet | undefined;
    if (set) found.set(`${set.family} ${set.name}`, new Map((set.elem ?? []).map(parseElement)));
  }
  return Object.fromEntries(
    setNames.map((name) => [name, intervals.has(name) ? new Map() : (found.get(name) ?? new Map())]),
  ) as unknown as Elements;
}

interface NftSet {
  readonly family: string;
  readonly name: string;
  readonly elem?: readonly unknown[];
}

function parseElement(element: unknown): [string, string] {
  if (Array.isArray(element)) return [keyText(element[0]), valueText(element[1])];
  return [keyText(element), ''];
}

/** A key is its text, or an object around it where the element has a timeout. */
function keyText(key: unknown): string {
  if (typeof key === 'string') return key;
  return typeof key === 'object' && key !== null && 'elem' in key
    ? keyText((key.elem as { val: unknown }).val)
    : JSON.stringify(key);
}

function valueText(value: unknown): string {
  if (typeof value === 'string') return value;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  return 'goto' in value ? `goto ${(value.goto as { target: string }).target}` : (Object.keys(value)[0] ?? '');
}
