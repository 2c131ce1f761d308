import { expect, test } from 'vitest';
import { capabilities, type Capability, type CapabilityState, type TopologyNode } from '../../clusters/cluster.ts';
import { decide, type Place } from './requirement.ts';

const adapter = { name: 'some', features: new Set<never>() };
const gateway = { labels: { 'egress-gateway': 'true' } } as unknown as TopologyNode;
const worker = { labels: {} } as unknown as TopologyNode;
const place = (
  lacking: readonly Capability[],
  mayDisturb = true,
  nodes: readonly TopologyNode[] = [gateway, gateway, worker],
): Place => ({
  cluster: {
    name: 'c',
    capabilities: Object.fromEntries(
      capabilities.map((one) => [one, lacking.includes(one) ? { has: false, why: 'so it is' } : { has: true }]),
    ) as Record<Capability, CapabilityState>,
    topology: { nodes },
  },
  mayDisturb,
});

test.each<[string, Parameters<typeof decide>[0], Place | undefined, string | null]>([
  ['a core feature', { features: ['NamespaceSourceIP'] }, place([]), null],
  ['an extended feature', { features: ['MultipleIPs'] }, place([]), 'some does not claim MultipleIPs'],
  ['a database that is there', { features: [], needs: ['database'] }, place(['router']), null],
  [
    'a database that is not',
    { features: [], needs: ['database'] },
    place(['database']),
    'cluster c lacks database: so it is',
  ],
  ['a cluster without IPv4', { features: [] }, place(['ipv4']), 'cluster c lacks ipv4: so it is'],
  ['IPv6 alone where there is none', { features: [], topology: 'egress-ipv6' }, place(['ipv6Only']), 'lacks ipv6Only'],
  ['IPv6 alone, without IPv4', { features: [], topology: 'egress-ipv6' }, place(['ipv4']), null],
  ['disturbing what is ours', { features: [], disruptive: true }, place([]), null],
  ['disturbing what is not', { features: [], disruptive: true }, place([], false), '--disruptive was not given'],
  ['all placements where they are', { features: ['AllPlacements'] }, place([]), null],
  [
    'all placements on two nodes',
    { features: ['AllPlacements'] },
    place([], true, [gateway, gateway]),
    'cluster c has 2 nodes for Egress IPs and 0 plain workers',
  ],
  ['no place in particular', { features: [], needs: ['database'] }, undefined, null],
])('%s', (_what, wanted, where, reason) => {
  const decision = decide(wanted, adapter, where);
  expect(decision.run).toBe(reason === null);
  if (!decision.run) expect(decision.reason).toContain(reason);
});
