import { expect, test } from 'vitest';
import { egressTopology } from '../topologies.ts';
import { kindClusterLabel } from './docker.ts';
import { planNetworks } from './networks.ts';
import { kindNodes, learnTopology } from './topology.ts';

const container = (name: string, role: string, address: string) => ({
  id: name,
  name,
  labels: { [kindClusterLabel]: 'ep-x', 'io.x-k8s.kind.role': role },
  running: true,
  addresses: new Map([['ep-x', address]]),
});
const names = ['worker10', 'worker2', 'control-plane', 'worker'];
const nodes = kindNodes(
  names.map((name, index) => container(`ep-x-${name}`, name.replace(/\d+$/, ''), `172.16.22.${64 + index}`)),
  'ep-x',
);

test('the control plane comes first, then the workers in the order of their numbers', () => {
  expect(nodes.map(({ name }) => name)).toEqual(['ep-x-control-plane', 'ep-x-worker', 'ep-x-worker2', 'ep-x-worker10']);
});

test('a topology as it came out: labels as wished, names and addresses as they are', () => {
  const outside = { database: '172.16.24.64', witness: '172.16.24.65' };
  const podCIDRs = new Map([['ep-x-worker', '10.203.2.0/24']]);
  const topology = learnTopology(egressTopology(), planNetworks(egressTopology(), 1), nodes, podCIDRs, outside);
  expect(topology.nodes[0]).toEqual({
    name: 'ep-x-worker',
    address: '172.16.22.67',
    podCIDR: '10.203.2.0/24',
    labels: { 'egress-gateway': 'true' },
  });
  expect(topology.nodeLan).toEqual({ cidr: '172.16.22.0/24', router: '172.16.22.1', controlPlane: '172.16.22.66' });
  expect(topology.outside).toEqual({ cidr: '172.16.24.0/24', router: '172.16.24.1', ...outside });
  expect(topology.egressRange).toEqual({ first: '172.16.22.131', last: '172.16.22.150' });
});
