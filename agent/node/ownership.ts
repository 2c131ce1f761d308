import { rangeContains } from '../base/ip-range.ts';
import { poolRanges } from '../api/pool-ranges.ts';
import { byAge } from '../api/egress.ts';
import type { Egress } from '../api/egress.ts';
import type { ExternalIPPool } from '../api/external-ip-pool.ts';
import type { Facts } from './facts.ts';
import { capacityOf, schedule } from './schedule.ts';
import type { Placeable } from './schedule.ts';

/** Where the address of an Egress belongs. */
export interface Ownership {
  readonly egress: Egress;
  /** Null while it has none that can be used. */
  readonly ip: string | null;
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
      capacity: capacityOf(node.metadata.annotations, maxEgressIPsPerNode),
    }));
  const owners = schedule([...placeable.values()], nodes);
  return egresses.map((egress) => {
    if (egress.spec.externalIPPool === undefined || egress.spec.externalIPPool === '')
      return staticOwnership(egress, facts, self);
    const ip = placeable.get(egress)?.ip;
    if (ip === undefined) return { egress, ip: null, node: null, pooled: true, why: null };
    const node = owners.get(ip) ?? null;
    return { egress, ip, node, pooled: true, why: node === null ? 'no Node available' : null };
  });
}

/** An address from a pool can be placed when it is in the pool and the controller did not refuse it. */
function placeableOf(egress: Egress, pools: ReadonlyMap<string, ExternalIPPool>): Placeable | null {
  const { egressIP: ip, externalIPPool } = egress.spec;
  const pool = pools.get(externalIPPool ?? '');
  if (!ip || !pool || isIPv6(ip) || !poolRanges(pool).some((range) => rangeContains(range, ip))) return null;
  const refused = egress.status?.conditions?.some((entry) => entry.type === 'IPAllocated' && entry.status === 'False');
  return refused ? null : { ip, nodeSelector: pool.spec.nodeSelector };
}

/** A static address belongs to the node that somebody configured it on; the other nodes learn it from the status. */
function staticOwnership(egress: Egress, facts: Facts, self: string): Ownership {
  const ip = egress.spec.egressIP ?? null;
  if (ip === null || isIPv6(ip)) return { egress, ip: null, node: null, pooled: false, why: null };
  if (facts.configuredAddresses.has(ip)) return { egress, ip, node: self, pooled: false, why: null };
  const reported = egress.status?.egressIP === ip ? (egress.status.egressNode ?? '') : '';
  const node = reported !== self && facts.alive.has(reported) ? reported : null;
  return { egress, ip, node, pooled: false, why: node === null ? `no Node has ${ip} configured` : null };
}

function isIPv6(ip: string): boolean {
  return ip.includes(':');
}
