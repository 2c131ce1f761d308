import { byAge } from '../api/egress.ts';
import type { ExternalIPPool } from '../api/external-ip-pool.ts';
import { addressNumber, addressText, cidrRange } from '../base/ip-range.ts';
import type { Family } from './family.ts';
import { maxSubnets } from './names.ts';

/** A subnet that addresses of pools are in, where it is not that of the nodes: the `subnetInfo` of a pool. */
export interface Subnet {
  readonly family: Family;
  /** CIDR, without host bits. */
  readonly network: string;
  readonly gateway: string;
}

/** Null for a pool whose addresses are in the subnet of the nodes. */
export function subnetOf({ spec }: ExternalIPPool): Subnet | null {
  const gateway = addressNumber(spec.subnetInfo?.gateway ?? '');
  if (!spec.subnetInfo || gateway === null) return null;
  const text = addressText(gateway.family, gateway.value);
  const range = cidrRange(`${text}/${spec.subnetInfo.prefixLength}`);
  if (range === null) return null;
  const network = `${addressText(range.family, range.first)}/${spec.subnetInfo.prefixLength}`;
  return { family: gateway.family, network, gateway: text };
}

/** What one subnet has in common with itself only. */
export const subnetKey = ({ network, gateway }: Subnet): string => `${network} via ${gateway}`;

/**
 * Why no node can have addresses of a pool, by its name: VLANs, and more subnets than a node has routing tables for, of
 * which the oldest pools have them. The same on every node, so that no two try.
 */
export function subnetProblems(pools: readonly ExternalIPPool[]): ReadonlyMap<string, string> {
  const subnets = new Set<string>();
  return new Map(
    pools.toSorted(byAge).flatMap((pool): [string, string][] => {
      const { name = '' } = pool.metadata;
      const { vlan = 0 } = pool.spec.subnetInfo ?? {};
      if (vlan !== 0) return [[name, `VLAN ${vlan} of ExternalIPPool ${name} is not supported`]];
      const subnet = subnetOf(pool);
      if (subnet === null) return [];
      if (subnets.size === maxSubnets && !subnets.has(subnetKey(subnet)))
        return [[name, `the subnet of ExternalIPPool ${name} is one more than the ${maxSubnets} that Nodes can have`]];
      subnets.add(subnetKey(subnet));
      return [];
    }),
  );
}

/** Gives each wanted subnet a number from 0; those that have one keep it. */
export function numberSubnets(have: ReadonlyMap<number, string>, want: Iterable<string>): Map<number, string> {
  const wanted = new Set(want);
  const numbered = new Map([...have].filter(([, text]) => wanted.has(text)));
  const placed = new Set(numbered.values());
  for (const text of wanted) {
    if (placed.has(text)) continue;
    const number = [...Array(maxSubnets).keys()].find((one) => !numbered.has(one));
    // More than that are refused before.
    if (number !== undefined) numbered.set(number, text);
  }
  return numbered;
}
