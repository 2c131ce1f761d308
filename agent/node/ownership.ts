import { canonicalAddress, rangeContains } from '../base/ip-range.ts';
import { poolRanges } from '../api/pool-ranges.ts';
import { byAge } from '../api/egress.ts';
import type { Egress } from '../api/egress.ts';
import type { ExternalIPPool } from '../api/external-ip-pool.ts';
import { capacityOf } from './capacity.ts';
import type { Facts } from './facts.ts';
import { familyOf } from './family.ts';
import type { Family } from './family.ts';
import { schedule } from './schedule.ts';
import type { Placeable } from './schedule.ts';

/** Where the address of an Egress belongs. */
export interface Ownership {
  readonly egress: Egress;
  /** Null while it has none that can be used. */
  readonly ip: string | null;
  /** IP version of the address that it has or waits for; null while that cannot be told. */
  readonly family: Family | null;
  readonly node: string | null;
  /** Comes from a pool, so that the agents configure it. */
  readonly pooled: boolean;
  /** Why no node owns it, for its status; null where that is for somebody else to say. */
  readonly why: string | null;
}

/** The owner of each Egress, oldest Egress first. Pure, and the same on every node but for its own static addresses. */
export function ownership(facts: Facts, self: string, maxEgressIPsPerNode: number): Ownership[] {
  const egresses = facts.egresses.toSorted(byAge);
  const pools = new Map(facts.pools.map((pool) => [pool.metadata.name ?? '', pool]));
  const placeable = new Map<Egress, Placeable>();
  for (const egress of egresses) {
    const candidate = placeableOf(egress, pools);
    if (candidate) placeable.set(egress, candidate);
  }
  const nodes = facts.nodes
    .filter((node) => facts.alive.has(node.metadata.name ?? ''))
    .map((node) => ({
      name: node.metadata.name ?? '',
      labels: node.metadata.labels ?? {},
      capacity: capacityOf(node, maxEgressIPsPerNode),
    }));
  const owners = schedule([...placeable.values()], nodes);
  return egresses.map((egress) => {
    if (egress.spec.externalIPPool === undefined || egress.spec.externalIPPool === '')
      return staticOwnership(egress, facts, self);
    const ip = placeable.get(egress)?.ip;
    const family = awaitedFamily(egress, pools);
    if (ip === undefined) return { egress, ip: null, family, node: null, pooled: true, why: null };
    const node = owners.get(ip) ?? null;
    return { egress, ip, family, node, pooled: true, why: node === null ? 'no Node available' : null };
  });
}

/** An address from a pool can be placed when it is in the pool and the controller did not refuse it. */
function placeableOf(egress: Egress, pools: ReadonlyMap<string, ExternalIPPool>): Placeable | null {
  const ip = canonicalAddress(egress.spec.egressIP ?? '');
  const pool = pools.get(egress.spec.externalIPPool ?? '');
  if (ip === null || !pool || !poolRanges(pool).some((range) => rangeContains(range, ip))) return null;
  const refused = egress.status?.conditions?.some((entry) => entry.type === 'IPAllocated' && entry.status === 'False');
  return refused ? null : { ip, nodeSelector: pool.spec.nodeSelector };
}

/** That of its address; while it has none, that of its pool's addresses where they are of one. */
function awaitedFamily(egress: Egress, pools: ReadonlyMap<string, ExternalIPPool>): Family | null {
  const own = familyOf(egress.spec.egressIP ?? '');
  if (own !== null) return own;
  const pool = pools.get(egress.spec.externalIPPool ?? '');
  const [family, ...others] = new Set(pool ? poolRanges(pool).map((range) => range.family) : []);
  return others.length === 0 ? (family ?? null) : null;
}

/** A static address belongs to the node that somebody configured it on; the other nodes learn it from the status. */
function staticOwnership(egress: Egress, facts: Facts, self: string): Ownership {
  const ip = canonicalAddress(egress.spec.egressIP ?? '');
  if (ip === null) return { egress, ip, family: null, node: null, pooled: false, why: null };
  const family = familyOf(ip);
  if (facts.configuredAddresses.has(ip)) return { egress, ip, family, node: self, pooled: false, why: null };
  const reportedIP = canonicalAddress(egress.status?.egressIP ?? '');
  const reported = reportedIP === ip ? (egress.status?.egressNode ?? '') : '';
  const node = reported !== self && facts.alive.has(reported) ? reported : null;
  return { egress, ip, family, node, pooled: false, why: node === null ? `no Node has ${ip} configured` : null };
}
