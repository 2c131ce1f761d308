import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { egressTopology } from '../topologies.ts';
import { planKindConfig } from './kind-config.ts';

test.each([
  ['ipv4', '10.203.0.0/16', '10.96.0.0/16'],
  ['ipv6', 'fd00:10:203::/48', 'fd00:10:96::/112'],
  ['dual', '10.203.0.0/16,fd00:10:203::/48', '10.96.0.0/16,fd00:10:96::/112'],
] as const)('%s: pods in %s, services in %s', (ipFamily, podSubnet, serviceSubnet) => {
  expect(parse(planKindConfig(egressTopology(), ipFamily))).toMatchObject({
    networking: { ipFamily, podSubnet, serviceSubnet, kubeProxyMode: 'iptables' },
  });
});

test('a control plane, and a worker for each node with its labels', () => {
  const { nodes } = parse(planKindConfig(egressTopology({ nodes: 4 }), 'ipv4')) as { nodes: object[] };
  const gateway = { role: 'worker', labels: { 'egress-gateway': 'true' } };
  expect(nodes).toEqual([{ role: 'control-plane' }, gateway, gateway, { role: 'worker' }, { role: 'worker' }]);
});
