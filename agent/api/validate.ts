import { isIP } from 'node:net';
import { addressNumber, addressRange, canonicalAddress, cidrRange, rangeContains } from '../base/ip-range.ts';
import type { AddressRange } from '../base/ip-range.ts';
import { egressAddresses } from './egress.ts';
import type { Egress } from './egress.ts';
import type { ExternalIPPool, IPRange } from './external-ip-pool.ts';
import { selectorProblem } from './label-selector.ts';
import { poolRanges } from './pool-ranges.ts';

/** What the schemas of the CRDs cannot say, in the words of Antrea's webhooks. Null when there is nothing to refuse. */
export type Refusal = string | null;

/** What k8s.io/apimachinery/pkg/api/resource says of a text that is no quantity; null when it is one. */
function quantityProblem(text: string): string | null {
  const parts = /^[+-]?(?:\d+\.?\d*|\.\d+)([eEinumkKMGTP]*[-+]?\d*)$/.exec(text);
  if (!parts) return "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";
  const isSuffix = /^([KMGTPE]i|[numkMGTPE]|[eE][+-]?\d+)?$/.test(parts[1] ?? '');
  return isSuffix ? null : "unable to parse quantity's suffix";
}

/**
 * `pools`: those that the Egress names, as far as they exist. Antrea: pkg/controller/egress/validate.go; unlike Antrea's,
 * addresses that the pool never gives out (network, broadcast, gateway) are refused here and not later in a condition.
 */
export function validateEgress(
  egress: Egress,
  old: Egress | null,
  pools: ReadonlyMap<string, ExternalIPPool>,
): Refusal {
  const { bandwidth } = egress.spec;
  for (const [word, value] of [
    ['Rate', bandwidth?.rate],
    ['Burst', bandwidth?.burst],
  ] as const) {
    const problem = value === undefined ? null : quantityProblem(value);
    if (problem !== null) return `${word} ${value} in Egress ${egress.metadata.name} is invalid: ${problem}`;
  }
  const { podSelector = {}, namespaceSelector = {} } = egress.spec.appliedTo;
  const selector = selectorProblem(podSelector) ?? selectorProblem(namespaceSelector);
  if (selector !== null) return `appliedTo of Egress ${egress.metadata.name} is invalid: ${selector}`;
  const before = old === null ? [] : egressAddresses(old);
  const changed = egressAddresses(egress).filter(
    ({ ip, pool }, at) => before[at]?.ip !== ip || before[at]?.pool !== pool,
  );
  return first(changed, ({ ip, pool: poolName }) => {
    // An Egress that names its pool alone waits for it.
    if (ip === null || poolName === null) return null;
    const pool = pools.get(poolName);
    if (!pool) return `ExternalIPPool ${poolName} does not exist`;
    if (canonicalAddress(pool.spec.subnetInfo?.gateway ?? '') === ip)
      return `IP ${ip} is the gateway of ExternalIPPool ${poolName}`;
    return poolRanges(pool).some((range) => rangeContains(range, ip)) ? null : `IP ${ip} is not within the IP range`;
  });
}

/** Addresses that packets cannot leave with; the same that the rules of the Egress refuse. */
const unusable = [
  ...['0.0.0.0/32', '127.0.0.0/8', '169.254.0.0/16', '224.0.0.0/4', '255.255.255.255/32'],
  ...['::/127', '::ffff:0:0/96', 'fe80::/10', 'ff00::/8'],
].map((cidr) => ({ cidr, range: cidrRange(cidr) }));

/** `others`: the other pools. Antrea: pkg/controller/externalippool/validate.go. */
export function validatePool(
  pool: ExternalIPPool,
  old: ExternalIPPool | null,
  others: readonly ExternalIPPool[],
): Refusal {
  const { ipRanges, subnetInfo, nodeSelector } = pool.spec;
  const selector = selectorProblem(nodeSelector);
  if (selector !== null) return `nodeSelector of ExternalIPPool ${pool.metadata.name} is invalid: ${selector}`;
  return (
    first(ipRanges, rangeProblem) ??
    (subnetInfo === undefined ? null : subnetProblem(subnetInfo, ipRanges)) ??
    first(ipRanges, usabilityProblem) ??
    overlapProblem(pool, others) ??
    (old === null ? null : changeProblem(ipRanges, old.spec.ipRanges))
  );
}

function rangeProblem(range: IPRange): Refusal {
  if (range.cidr !== undefined) return cidrRange(range.cidr) === null ? `invalid cidr ${range.cidr}` : null;
  const { start = '', end = '' } = range;
  const [low, high] = [addressNumber(start), addressNumber(end)];
  if (low === null) return `invalid start ip address ${start}`;
  if (high === null) return `invalid end ip address ${end}`;
  if (low.family !== high.family) return `range start ${start} and range end ${end} should belong to same family`;
  return low.value > high.value ? `range start ${start} should not be greater than range end ${end}` : null;
}

function usabilityProblem(range: IPRange): Refusal {
  const bad = unusable.find((block) => overlap(block.range, parseRange(range)));
  return bad === undefined
    ? null
    : `range ${rangeText(range)} has addresses that packets cannot leave with: ${bad.cidr}`;
}

function subnetProblem(
  { gateway, prefixLength }: NonNullable<ExternalIPPool['spec']['subnetInfo']>,
  ranges: readonly IPRange[],
): Refusal {
  const family = isIP(gateway);
  if (family === 0) return `invalid gateway address ${gateway}`;
  if (prefixLength <= 0 || prefixLength >= (family === 4 ? 32 : 128)) return `invalid prefixLength ${prefixLength}`;
  const subnet = cidrRange(`${gateway}/${prefixLength}`);
  return first(ranges, (range) => {
    const whole = parseRange(range);
    const isInside =
      whole !== null && subnet?.family === whole.family && whole.first >= subnet.first && whole.last <= subnet.last;
    return isInside
      ? null
      : `range ${rangeText(range)} must be a strict subset of the subnet ${gateway}/${prefixLength}`;
  });
}

/** Of ranges in the order of their first addresses, two overlap where one begins before an earlier one has ended. */
function overlapProblem(pool: ExternalIPPool, others: readonly ExternalIPPool[]): Refusal {
  const listed = [
    ...others.flatMap(({ metadata, spec }) =>
      spec.ipRanges.map((range) => ({ range, of: ` of ExternalIPPool ${metadata.name}`, isNew: false })),
    ),
    ...pool.spec.ipRanges.map((range) => ({ range, of: '', isNew: true })),
  ].flatMap((entry, order) => {
    const span = parseRange(entry.range);
    return span === null ? [] : [{ ...entry, span, order }];
  });
  const sorted = listed.sort((a, b) => a.span.family - b.span.family || compare(a.span.first, b.span.first));
  let widest: (typeof sorted)[number] | undefined;
  let widestNew: typeof widest;
  for (const entry of sorted) {
    // A new range must clear all before it, an old one only the new ones: old ranges are what they are.
    const twin = [entry.isNew ? widest : undefined, widestNew].find(
      (other) => other && overlap(other.span, entry.span),
    );
    if (twin !== undefined) {
      const [later, earlier] = entry.order > twin.order ? [entry, twin] : [twin, entry];
      return `range ${rangeText(later.range)} overlaps with range ${rangeText(earlier.range)}${earlier.of}`;
    }
    if (reaches(entry, widest)) widest = entry;
    if (entry.isNew && reaches(entry, widestNew)) widestNew = entry;
  }
  return null;
}

const compare = (a: bigint, b: bigint): number => (a < b ? -1 : a > b ? 1 : 0);

/** Whether it ends behind the one that so far ends last. */
function reaches({ span }: { span: AddressRange }, last: { span: AddressRange } | undefined): boolean {
  return last === undefined || last.span.family !== span.family || span.last > last.span.last;
}

/** Addresses may be in use: ranges are added only. The comparison is of texts, as Antrea's is. */
function changeProblem(ranges: readonly IPRange[], before: readonly IPRange[]): Refusal {
  const kept = new Set(ranges.map(rangeText));
  const gone = before.map(rangeText).filter((text) => !kept.has(text));
  return gone.length === 0 ? null : `existing IPRanges ${gone.join(', ')} cannot be updated or deleted`;
}

function overlap(a: AddressRange | null, b: AddressRange | null): boolean {
  return a !== null && b !== null && a.family === b.family && a.first <= b.last && b.first <= a.last;
}

function parseRange({ cidr, start = '', end = '' }: IPRange): AddressRange | null {
  return cidr === undefined ? addressRange(start, end) : cidrRange(cidr);
}

const rangeText = ({ cidr, start = '', end = '' }: IPRange): string => `[${cidr ?? `${start}-${end}`}]`;

function first<T>(items: readonly T[], problem: (item: T) => Refusal): Refusal {
  for (const item of items) {
    const found = problem(item);
    if (found !== null) return found;
  }
  return null;
}
