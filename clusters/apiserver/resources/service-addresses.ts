import { isIP, isIPv6 } from 'node:net';
import type { ApiObject } from '../object.ts';
import { duplicate, invalid, notSupported } from '../status/field-error.ts';
import type { FieldError } from '../status/field-error.ts';
import { allocateAddress, canonicalAddress, cidrContains } from './allocate.ts';
import type { StrategyContext } from './definition.ts';
import { fill } from './pod-defaults.ts';

type IPFamily = 'IPv4' | 'IPv6';

interface AddressSpec {
  type: string;
  selector?: Record<string, string>;
  clusterIP?: string;
  clusterIPs?: string[];
  ipFamilies?: IPFamily[];
  ipFamilyPolicy?: 'SingleStack' | 'PreferDualStack' | 'RequireDualStack';
}

const specOf = (service: ApiObject): AddressSpec => service['spec'] as AddressSpec;
const familyOf = (address: string): IPFamily => (isIPv6(address) ? 'IPv6' : 'IPv4');
const other = (family: IPFamily): IPFamily => (family === 'IPv4' ? 'IPv6' : 'IPv4');
const same = (a: readonly string[] = [], b: readonly string[] = []): boolean => a.join() === b.join();
const cidrOf = (context: StrategyContext, family: IPFamily): string | undefined =>
  context.serviceCIDRs.find((cidr) => familyOf(cidr.split('/')[0] ?? '') === family);

/** Families and cluster addresses, as the API server infers and allocates them (pkg/registry/core/service/storage/alloc.go). */
export function assignAddresses(service: ApiObject, context: StrategyContext, old?: ApiObject): void {
  const spec = specOf(service);
  if (spec.type === 'ExternalName') return;
  if (old) keepAddresses(spec, specOf(old));
  const isHeadless = spec.clusterIP === 'None';
  const withoutSelector = Object.keys(spec.selector ?? {}).length === 0;
  // Whoever gives endpoints of a headless Service by hand may give them in both families.
  fill(service['spec'], { ipFamilyPolicy: isHeadless && withoutSelector ? 'RequireDualStack' : 'SingleStack' });
  spec.ipFamilies ??= (spec.clusterIPs ?? []).filter((address) => isIP(address) !== 0).map(familyOf);
  const [first = familyOf(context.serviceCIDRs[0]?.split('/')[0] ?? '')] = spec.ipFamilies;
  if (spec.ipFamilies.length === 0) spec.ipFamilies = [first];
  const isPossible = cidrOf(context, other(first)) !== undefined || (isHeadless && withoutSelector);
  if (spec.ipFamilyPolicy !== 'SingleStack' && spec.ipFamilies.length === 1 && isPossible)
    spec.ipFamilies = [first, other(first)];
  if (isHeadless) spec.clusterIPs = ['None'];
  else allocateMissing(service, context);
}

/** What was given once stays; a change to SingleStack takes the second address back. */
function keepAddresses(spec: AddressSpec, old: AddressSpec): void {
  if (old.type === 'ExternalName') return;
  if (!spec.clusterIP) {
    if (old.clusterIP !== undefined) spec.clusterIP = old.clusterIP;
    if (old.clusterIPs !== undefined) spec.clusterIPs = old.clusterIPs;
  }
  fill(spec, { ipFamilies: old.ipFamilies, ipFamilyPolicy: old.ipFamilyPolicy });
  if (spec.ipFamilyPolicy !== 'SingleStack') return;
  if (same(spec.clusterIPs, old.clusterIPs)) spec.clusterIPs = spec.clusterIPs?.slice(0, 1) ?? [];
  if (same(spec.ipFamilies, old.ipFamilies)) spec.ipFamilies = spec.ipFamilies?.slice(0, 1) ?? [];
}

function allocateMissing(service: ApiObject, context: StrategyContext): void {
  const spec = specOf(service);
  const used = new Set(addressesOfOthers(service, context));
  const given = [...(spec.clusterIPs ?? [])];
  (spec.ipFamilies ?? []).forEach((family, index) => {
    const cidr = cidrOf(context, family);
    const isOneTooMany = index > 0 && spec.ipFamilyPolicy === 'SingleStack';
    if (given[index] || cidr === undefined || isOneTooMany) return;
    given[index] = allocateAddress(cidr, used);
    used.add(given[index]);
  });
  spec.clusterIPs = given;
  if (!spec.clusterIP && given[0] !== undefined) spec.clusterIP = given[0];
}

function addressesOfOthers(service: ApiObject, context: StrategyContext): string[] {
  return [...context.list('services')]
    .filter(({ metadata }) => metadata.uid !== service.metadata.uid)
    .flatMap((one) => specOf(one).clusterIPs ?? [])
    .map(canonicalAddress);
}

export function addressFaults(service: ApiObject, context: StrategyContext, old?: ApiObject): FieldError[] {
  const { type, clusterIP, clusterIPs = [] } = specOf(service);
  if (type === 'ExternalName') return [];
  const before = old === undefined ? undefined : specOf(old);
  if (before !== undefined && before.type !== 'ExternalName' && before.clusterIP && before.clusterIP !== clusterIP)
    return [invalid('spec.clusterIPs[0]', [clusterIP ?? ''], 'may not change once set')];
  const faults = familyFaults(service, context, before);
  if (faults.length > 0 || clusterIP === 'None') return faults;
  const taken = new Set(addressesOfOthers(service, context));
  return clusterIPs.flatMap((address) => {
    const failed = (why: string): FieldError[] => [
      invalid('spec.clusterIPs', clusterIPs, `failed to allocate IP ${address}: ${why}`),
    ];
    if (!context.serviceCIDRs.some((cidr) => cidrContains(cidr, address)))
      return failed('the provided network does not match the current range');
    return taken.has(canonicalAddress(address)) ? failed('provided IP is already allocated') : [];
  });
}

function familyFaults(service: ApiObject, context: StrategyContext, before: AddressSpec | undefined): FieldError[] {
  const spec = specOf(service);
  const { clusterIP, clusterIPs = [], ipFamilies = [], ipFamilyPolicy } = spec;
  const path = 'spec.ipFamilyPolicy';
  const faults = [...listFaults(clusterIPs, ipFamilies)];
  const policies = ['PreferDualStack', 'RequireDualStack', 'SingleStack'];
  if (!policies.includes(ipFamilyPolicy ?? '')) faults.push(notSupported(path, ipFamilyPolicy ?? '', policies));
  if (before?.ipFamilies?.[0] !== undefined && before.ipFamilies[0] !== ipFamilies[0])
    faults.push(invalid('spec.ipFamilies[0]', ipFamilies[0] ?? '', 'may not change once set'));
  if (faults.length > 0) return faults;
  const both = "must be 'RequireDualStack' or 'PreferDualStack' when multiple";
  if (ipFamilyPolicy === 'SingleStack' && clusterIPs.length > 1)
    faults.push(invalid(path, ipFamilyPolicy, `${both} cluster IPs are specified`));
  if (ipFamilyPolicy === 'SingleStack' && ipFamilies.length > 1)
    faults.push(invalid(path, ipFamilyPolicy, `${both} IP families are specified`));
  if (faults.length > 0) return faults;
  if (clusterIP === 'None' && Object.keys(spec.selector ?? {}).length === 0) return [];
  if (ipFamilyPolicy === 'RequireDualStack' && context.serviceCIDRs.length < 2)
    faults.push(invalid(path, ipFamilyPolicy, 'this cluster is not configured for dual-stack services'));
  ipFamilies.forEach((family, index) => {
    if (cidrOf(context, family) === undefined)
      faults.push(invalid(`spec.ipFamilies[${index}]`, family, 'not configured on this cluster'));
  });
  return faults;
}

/** The lists by themselves, and each address against the family that stands beside it. */
function listFaults(clusterIPs: readonly string[], ipFamilies: readonly IPFamily[]): FieldError[] {
  const families = ['IPv4', 'IPv6'];
  return [
    ...ipFamilies.flatMap((family, index) => {
      const field = `spec.ipFamilies[${index}]`;
      if (!families.includes(family)) return [notSupported(field, family, families)];
      return ipFamilies.indexOf(family) < index ? [duplicate(field, family)] : [];
    }),
    ...clusterIPs.flatMap((address, index) => {
      const family = ipFamilies[index];
      if (address === 'None' || family === undefined || familyOf(address) === family) return [];
      const why = `expected an ${family} value as indicated by \`ipFamilies[${index}]\``;
      return [invalid(`spec.clusterIPs[${index}]`, address, why)];
    }),
  ];
}
