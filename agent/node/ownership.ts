import { rangeContains } from '../base/ip-range.ts';
import type { AddressRange } from '../base/ip-range.ts';
import { poolRanges } from '../api/pool-ranges.ts';
import { Reserved } from '../api/reserved.ts';
import { byAge, egressAddresses } from '../api/egress.ts';
import type { Egress, EgressAddress } from '../api/egress.ts';
import { assignmentsOf } from './assignments.ts';
import type { ExternalIPPool } from '../api/external-ip-pool.ts';
import { capacityOf } from './capacity.ts';
import type { Facts, Node, PlanSettings } from './facts.ts';
import { familyOf } from './family.ts';
import type { Family } from './family.ts';
import { schedule } from './schedule.ts';
import { subnetProblems } from './subnets.ts';
import type { Placeable } from './schedule.ts';

/** Where one address of an Egress belongs. */
export interface Place {
  /** Null while it has none that can be used. */
  readonly ip: string | null;
  /** IP version of the address that it has or waits for; null while that cannot be told. */
  readonly family: Family | null;
  readonly node: string | null;
  /** Comes from a pool, so that the agents configure it. */
  readonly pooled: boolean;
  /** Name of that pool. */
  readonly pool: string | null;
  /** Why no node owns it, for its status; null where that is for somebody else to say. */
  readonly why: string | null;
}

export interface Ownership {
  readonly egress: Egress;
  /** Of its addresses, in their order; at least one. */
  readonly places: readonly Place[];
}

export function addressesOf({ places }: Ownership): string[] {
  return places.flatMap(({ ip }) => ip ?? []);
}

/** Where the addresses of each Egress belong, oldest Egress first. Pure, and the same on every node but for its own static addresses. */
export function ownership(
  facts: Facts,
  self: string,
  { maxEgressIPsPerNode, serviceCIDRs }: Pick<PlanSettings, 'maxEgressIPsPerNode' | 'serviceCIDRs'>,
): Ownership[] {
  const reserved = reservedOf(facts.nodes, serviceCIDRs);
  const problems = subnetProblems(facts.pools);
  const pools = new Map(facts.pools.map((pool) => [pool.metadata.name ?? '', pool]));
  const wanted = facts.egresses
    .toSorted(byAge)
    .map((egress) => ({ egress, addresses: wishesOf(egress, pools, problems, reserved) }));
  const nodes = facts.nodes
    .filter((node) => facts.alive.has(node.metadata.name ?? ''))
    .map((node) => ({
      name: node.metadata.name ?? '',
      labels: node.metadata.labels ?? {},
      capacity: capacityOf(node, maxEgressIPsPerNode),
    }));
  const owners = schedule(
    wanted.flatMap(({ addresses }) => addresses.flatMap(({ placeable }) => placeable ?? [])),
    nodes,
  );
  return wanted.map(({ egress, addresses }) => ({
    egress,
    places: addresses.map(({ address, placeable, family, problem }) => {
      if (address.pool === null) return staticPlace(egress, address.ip, facts, self);
      if (placeable === null)
        return {
          ...{ ip: problem === null ? null : address.ip, family, node: null },
          ...{ pooled: true, pool: address.pool, why: problem },
        };
      const node = owners.get(placeable.ip) ?? null;
      return {
        ip: placeable.ip,
        family,
        node,
        pooled: true,
        pool: address.pool,
        why: node === null ? 'no Node available' : null,
      };
    }),
  }));
}

interface Wish {
  readonly address: EgressAddress;
  /** Null for a static address, and for one that is not allocated. */
  readonly placeable: Placeable | null;
  /** Why no node can have it, where it is allocated. */
  readonly problem: string | null;
  readonly family: Family | null;
}

/** Objects of the API are not changed but replaced: of those that stay, nothing is looked at anew. */
const known = new WeakMap<Egress, { readonly wishes: readonly Wish[]; readonly from: readonly unknown[] }>();

function wishesOf(
  egress: Egress,
  pools: ReadonlyMap<string, ExternalIPPool>,
  problems: ReadonlyMap<string, string>,
  reserved: Reserved,
): readonly Wish[] {
  const before = known.get(egress);
  const addresses = before?.wishes.map(({ address }) => address) ?? egressAddresses(egress);
  const from = [reserved, ...addresses.flatMap(({ pool }) => [pools.get(pool ?? ''), problems.get(pool ?? '')])];
  if (before && from.every((entry, i) => entry === before.from[i])) return before.wishes;
  const wishes = addresses.map((address) => wish(egress, address, pools, problems, reserved));
  known.set(egress, { wishes, from });
  return wishes;
}

/** What nodes reserve, the same for as long as they have the same addresses: they tell of themselves again and again. */
let lastReserved: { readonly key: string; readonly reserved: Reserved } | null = null;

function reservedOf(nodes: readonly Node[], serviceCIDRs: readonly string[]): Reserved {
  const key = JSON.stringify([
    serviceCIDRs,
    nodes.map(({ metadata, spec, status }) => [metadata.name, spec?.podCIDR, spec?.podCIDRs, status?.addresses]),
  ]);
  if (lastReserved?.key !== key) lastReserved = { key, reserved: new Reserved(nodes, serviceCIDRs) };
  return lastReserved.reserved;
}

/** An address from a pool can be placed when it is in the pool, nobody else's, and the controller did not refuse it. */
function wish(
  egress: Egress,
  address: EgressAddress,
  pools: ReadonlyMap<string, ExternalIPPool>,
  problems: ReadonlyMap<string, string>,
  reserved: Reserved,
): Wish {
  const pool = pools.get(address.pool ?? '');
  const ranges = pool ? poolRanges(pool) : [];
  const { ip } = address;
  const family = ip === null ? onlyFamily(ranges) : familyOf(ip);
  const isPlaceable =
    pool &&
    ip !== null &&
    ranges.some((range) => rangeContains(range, ip)) &&
    !isRefused(egress) &&
    reserved.useOf(ip) === null;
  const problem = (isPlaceable && problems.get(address.pool ?? '')) || null;
  const placeable = isPlaceable && problem === null ? { ip, nodeSelector: pool.spec.nodeSelector } : null;
  return { address, family, placeable, problem };
}

/** The condition is about all addresses; of several it does not say which. */
function isRefused(egress: Egress): boolean {
  if (egressAddresses(egress).length > 1) return false;
  return egress.status?.conditions?.some(({ type, status }) => type === 'IPAllocated' && status === 'False') === true;
}

/** That of a pool's addresses, where they are of one. */
function onlyFamily(ranges: readonly AddressRange[]): Family | null {
  const [family, ...others] = new Set(ranges.map((range) => range.family));
  return others.length === 0 ? (family ?? null) : null;
}

/** A static address belongs to the node that somebody configured it on; the other nodes learn it from the status. */
function staticPlace(egress: Egress, ip: string | null, facts: Facts, self: string): Place {
  const ofNone = { pooled: false, pool: null } as const;
  if (ip === null) return { ip, family: null, node: null, ...ofNone, why: null };
  const family = familyOf(ip);
  if (facts.configuredAddresses.has(ip)) return { ip, family, node: self, ...ofNone, why: null };
  const reported = assignmentsOf(egress).get(ip) ?? '';
  const node = reported !== self && facts.alive.has(reported) ? reported : null;
  return { ip, family, node, ...ofNone, why: node === null ? `no Node has ${ip} configured` : null };
}
