import { crc32 } from 'node:zlib';
import type { NftObject } from '../linux/nft.ts';
import { noNodeChain } from './drop-reasons.ts';
import { families, familyOf } from './family.ts';
import type { Family } from './family.ts';
import { tableFamily } from './family-table.ts';
import { limitMap } from './limit-table.ts';
import type { Limit } from './limits.ts';
import { gatewayMap, gatewayOfMap } from './link-tables.ts';
import { hexMark, slotMark, table } from './names.ts';
import { originElement, originSet } from './outer-chains.ts';
import type { NodePlan } from './plan.ts';
import { steerDrop, steerLocal } from './pod-ways.ts';
import { spreadChain, takeChain } from './spread-chains.ts';
import { subnetChain } from './subnet-chains.ts';

/**
 * Sets and maps that the table of each IP version has, in the order in which a change that is too large for one
 * transaction is made: a pod is known, and so let out, when all about it is there.
 */
const perFamily = [
  'pod_ranges',
  'exempt',
  'peers',
  'addresses',
  'owned',
  'subnets',
  'egress_ips',
  'several_ips',
  'ways',
  'stand_ins',
  'steering',
  'pods',
] as const;
/** A set or map of the layout, as `family name`. */
type SetName =
  | `${'ip' | 'ip6'} ${(typeof perFamily)[number]}`
  | `${'ip' | 'ip6'} ${'origins' | 'origins6'}`
  | `netdev ${'gateways' | 'gateways6' | 'gateways_of' | 'gateways_of6'}`
  | `inet ${'limits' | 'limits6'}`
  /** Objects, not elements: each is known by its name alone. */
  | 'inet limit'
  | 'arp addresses'
  | 'arp owned';

const setNames: readonly SetName[] = [
  ...families.flatMap((family) => perFamily.map((name): SetName => `${tableFamily(family)} ${name}`)),
  ...families.flatMap((family) => families.map((inner): SetName => `${tableFamily(family)} ${originSet(inner)}`)),
  ...families.flatMap((family): SetName[] => [`netdev ${gatewayMap(family)}`, `netdev ${gatewayOfMap(family)}`]),
  // Objects go before the elements that need them.
  'inet limit',
  ...families.map((family): SetName => `inet ${limitMap(family)}`),
  'arp addresses',
  'arp owned',
];

/** Contents of the sets: element to its value; the empty string in sets without values. */
export type Elements = Readonly<Record<SetName, ReadonlyMap<string, string>>>;

/** The kernel merges overlapping intervals, so that these are replaced as a whole. */
const intervals: ReadonlySet<SetName> = new Set(setNames.filter((name) => /pod_ranges|exempt/.test(name)));

/**
 * What of a plan goes into the tables: of IP versions that the node does not have nothing does. `subnets`: Egress
 * IPs that are in a subnet of their own, with its number.
 */
export function renderElements(plan: NodePlan, subnets: ReadonlyMap<string, number> = new Map()): Elements {
  const elements: Record<SetName, ReadonlyMap<string, string>> = { ...noElements };
  for (const family of plan.uplinks.keys()) {
    const ip = tableFamily(family);
    const steering = entriesOf(plan.steering, family);
    elements[`${ip} pods`] = keysOf(plan.pods, family);
    elements[`${ip} peers`] = keysOf(plan.peers.keys(), family);
    elements[`${ip} addresses`] = keysOf(plan.addresses, family);
    elements[`${ip} owned`] = keysOf(plan.owned, family);
    const spread = entriesOf(plan.spread, family);
    elements[`${ip} steering`] = new Map([
      ...steering.map(([pod, way]): [string, string] => [pod, verdict(way)]),
      ...spread.map(([pod, ways]): [string, string] => [pod, `goto ${spreadChain(ways.length)}`]),
    ]);
    elements[`${ip} ways`] = bySlot(spread, (way) => (way === steerDrop ? null : verdict(way)));
    elements[`${ip} stand_ins`] = bySlot(spread, (way, pod, index, ways) =>
      way === steerDrop ? `jump ${takeChain(standIn(pod, index, ways))}` : null,
    );
    elements[`${ip} several_ips`] = bySlot(entriesOf(plan.spreadSnat, family), (address) => address);
    const subnetOf = (pod: string, index: number | null, address: string | null): [string, string][] => {
      const number = subnets.get(address ?? '');
      const slot = index === null ? hexMark(0) : slotMark(index);
      return number === undefined ? [] : [[`${pod} . ${slot}`, `jump ${subnetChain(number)}`]];
    };
    elements[`${ip} subnets`] = new Map([
      ...entriesOf(plan.snat, family).flatMap(([pod, address]) => subnetOf(pod, null, address)),
      ...entriesOf(plan.spreadSnat, family).flatMap(([pod, all]) =>
        all.flatMap((address, index) => subnetOf(pod, index, address)),
      ),
    ]);
    elements[`${ip} egress_ips`] = new Map(entriesOf(plan.snat, family));
    elements[`inet ${limitMap(family)}`] = new Map(
      entriesOf(plan.limits, family).map(([pod, { name }]) => [pod, name]),
    );
    elements[`${ip} pod_ranges`] = keysOf(plan.podRanges, family);
    elements[`${ip} exempt`] = keysOf(plan.exempt, family);
    elements[`netdev ${gatewayMap(family)}`] = new Map(steering.filter(([, way]) => isNode(way)));
    elements[`netdev ${gatewayOfMap(family)}`] = bySlot(spread, (way) => (isNode(way) ? way : null));
  }
  const outer = tableFamily(familyOf(plan.nodeAddress) ?? 4);
  for (const inner of plan.uplinks.keys()) {
    const origins = entriesOf(plan.origins, inner).map(([pod, node]) => originElement(node, pod));
    elements[`${outer} ${originSet(inner)}`] = new Map(origins.map((origin) => [origin, '']));
  }
  elements['inet limit'] = new Map([...plan.limits.values()].map((limit) => [limit.name, limitText(limit)]));
  return { ...elements, 'arp addresses': elements['ip addresses'], 'arp owned': elements['ip owned'] };
}

function keysOf(list: Iterable<string>, family: Family): Map<string, string> {
  return new Map([...list].filter((key) => isOf(key, family)).map((key) => [key, '']));
}

function entriesOf<T>(map: ReadonlyMap<string, T>, family: Family): [string, T][] {
  return [...map].filter(([key]) => isOf(key, family));
}

/** Of what is known to be an address or a CIDR. */
function isOf(key: string, family: Family): boolean {
  return key.includes(':') === (family === 6);
}

/** Elements keyed by pod and address, for pods with several addresses; none where `valueOf` gives null. */
function bySlot<T>(
  entries: readonly (readonly [string, readonly T[]])[],
  valueOf: (entry: T, pod: string, index: number, all: readonly T[]) => string | null,
): Map<string, string> {
  return new Map(
    entries.flatMap(([pod, all]) =>
      all.flatMap((entry, index): [string, string][] => {
        const value = valueOf(entry, pod, index, all);
        return value === null ? [] : [[`${pod} . ${slotMark(index)}`, value]];
      }),
    ),
  );
}

/** The address that takes the connections of one that has no node: of each pod another, so that they are spread. */
function standIn(pod: string, index: number, ways: readonly string[]): number {
  const [first = index] = ways
    .flatMap((way, other) => (way === steerDrop ? [] : [other]))
    .sort((a, b) => crc32(`${pod} ${index} ${a}`) - crc32(`${pod} ${index} ${b}`));
  return first;
}

const isNode = (way: string): boolean => way !== steerLocal && way !== steerDrop;

function verdict(way: string): string {
  if (way === steerDrop) return `goto ${noNodeChain}`;
  return way === steerLocal ? 'goto leave_here' : 'goto to_overlay';
}

export const noElements: Elements = Object.fromEntries(
  setNames.map((name) => [name, new Map()]),
) as unknown as Elements;

/** nft commands that lead from one state to the other; none when they are equal. */
export function diffElements(have: Elements, want: Elements): string[] {
  const unused = [...have['inet limit'].keys()].filter((name) => !want['inet limit'].has(name));
  const commands = setNames.flatMap((name) => {
    if (name === 'inet limit')
      return [...want[name]]
        .filter(([key]) => !have[name].has(key))
        .map(([, text]) => `add limit inet ${table} ${text}`);
    if (intervals.has(name)) return replaceIntervals(name, have[name], want[name]);
    const gone = [...have[name].keys()].filter((key) => have[name].get(key) !== want[name].get(key));
    const fresh = [...want[name]].filter(([key, value]) => have[name].get(key) !== value);
    return [...command('delete', name, gone), ...command('add', name, fresh.map(elementText))];
  });
  return [...commands, ...unused.map((name) => `delete limit inet ${table} ${name}`)];
}

function replaceIntervals(
  name: SetName,
  have: ReadonlyMap<string, string>,
  want: ReadonlyMap<string, string>,
): string[] {
  const has = new Set([...have.keys()].map(rangeText));
  if (has.size === want.size && [...want.keys()].every((key) => has.has(rangeText(key)))) return [];
  return [`flush set ${inTable(name)}`, ...command('add', name, [...want.keys()])];
}

/** As nft lists it: without the length of a single address. */
const rangeText = (cidr: string): string => cidr.replace(/(?<=\.\d+)\/32$|(?<=:.*)\/128$/, '');

function command(verb: 'add' | 'delete', name: SetName, elements: readonly string[]): string[] {
  return elements.length === 0 ? [] : [`${verb} element ${inTable(name)} { ${elements.join(', ')} }`];
}

/** Everything that nft has to know of a limit; more than its rate and burst is dropped. */
function limitText({ name, bytesPerSecond, burstBytes }: Limit): string {
  return `${name} { rate over ${bytesPerSecond} bytes/second burst ${burstBytes} bytes\n}`;
}

function elementText([key, value]: readonly [string, string]): string {
  return value === '' ? key : `${key} : ${value}`;
}

function inTable(name: SetName): string {
  const [family, set] = name.split(' ');
  return `${family} ${table} ${set}`;
}

/** What the kernel has, from `nft -j list table`. Intervals that it has merged are written anew. */
export function parseElements(objects: readonly NftObject[]): Elements {
  const found = new Map<string, Map<string, string>>();
  for (const object of objects) {
    const set = (object['set'] ?? object['map']) as unknown as NftSet | undefined;
    const limit = object['limit'] as { name: string } | undefined;
    if (limit) found.set('inet limit', (found.get('inet limit') ?? new Map<string, string>()).set(limit.name, ''));
    if (set) found.set(`${set.family} ${set.name}`, new Map((set.elem ?? []).map(parseElement)));
  }
  return Object.fromEntries(setNames.map((name) => [name, found.get(name) ?? new Map()])) as unknown as Elements;
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

function keyText(key: unknown): string {
  if (typeof key === 'string') return key;
  if (typeof key === 'object' && key !== null && 'concat' in key) {
    const [address, number] = key.concat as [string, string | number];
    return `${address} . ${hexMark(BigInt(number))}`;
  }
  if (typeof key === 'object' && key !== null && 'prefix' in key) {
    const { addr, len } = key.prefix as { addr: string; len: number };
    return `${addr}/${len}`;
  }
  return JSON.stringify(key);
}

function valueText(value: unknown): string {
  if (typeof value === 'string') return value;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const [[verb, to] = ['', null]] = Object.entries(value) as [string, { target: string } | null][];
  return to === null ? verb : `${verb} ${to.target}`;
}
