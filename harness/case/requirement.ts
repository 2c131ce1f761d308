import type { Cluster, Topology } from '../../clusters/cluster.ts';
import type { EgressCase } from './define-case.ts';
import { features as known, type Feature } from './features.ts';

export type Decision =
  | { readonly run: true }
  /** `claimed`: the implementation has what the case is about; it is the place that does not. */
  | { readonly run: false; readonly claimed: boolean; readonly reason: string };

/** Where a case would run. */
export interface Place {
  readonly cluster: Pick<Cluster, 'name' | 'capabilities'> & { readonly topology: Pick<Topology, 'nodes'> };
  /** Whether cases may touch what is not their own. */
  readonly mayDisturb: boolean;
}

/**
 * Whether a case can be run against an implementation that claims these features, and at this place. Core features need
 * no claim.
 */
export function decide(
  wanted: Pick<EgressCase, 'features' | 'needs' | 'disruptive'> & Partial<Pick<EgressCase, 'topology'>>,
  adapter: { readonly name: string; readonly features: ReadonlySet<Feature> },
  place?: Place,
): Decision {
  const missing = wanted.features.filter(
    (feature) => known[feature].level === 'extended' && !adapter.features.has(feature),
  );
  if (missing.length > 0) {
    const what = missing.map((feature) => `${feature} (${known[feature].means})`).join(', ');
    return { run: false, claimed: false, reason: `${adapter.name} does not claim ${what}` };
  }
  if (place === undefined) return { run: true };
  const family = wanted.topology === 'egress-ipv6' ? 'ipv6Only' : 'ipv4';
  for (const need of [family, ...(wanted.needs ?? [])] as const) {
    const state = place.cluster.capabilities[need];
    if (!state.has)
      return { run: false, claimed: true, reason: `cluster ${place.cluster.name} lacks ${need}: ${state.why}` };
  }
  const missingPlacement = wanted.features.includes('AllPlacements') ? lackOfPlacements(place.cluster) : undefined;
  if (missingPlacement !== undefined) return { run: false, claimed: true, reason: missingPlacement };
  if (wanted.disruptive === true && !place.mayDisturb) {
    const reason = 'it disturbs what else runs on the cluster, and --disruptive was not given';
    return { run: false, claimed: true, reason };
  }
  return { run: true };
}

function lackOfPlacements({ name, topology: { nodes } }: Place['cluster']): string | undefined {
  const gateways = nodes.filter(({ labels }) => labels['egress-gateway'] === 'true').length;
  if (gateways >= 2 && nodes.length > gateways) return undefined;
  const has = `cluster ${name} has ${gateways} nodes for Egress IPs and ${nodes.length - gateways} plain workers`;
  return `it looks at pods on the egress node, on another one and on a plain worker; ${has}`;
}
