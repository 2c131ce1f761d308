import { expect, test } from 'vitest';
import { perFamily } from '../families.ts';
import { egressTopology } from '../topologies.ts';
import { kindClusterLabel } from './docker.ts';
import { planNetworks } from './networks.ts';
import { kindNodes, learnTopology } from './topology.ts';

const container = (name: string, role: string, address: string) => ({
  id: name,
  name,
  labels: { [kindClusterLabel]: 'ep-x', 'io.x-k8s.kind.role': role },
  running: true,
  addresses: new Map([['ep-x', { ipv4: address, ipv6: address.replace('172.16.22.', 'fd00:172:16:22::1:') }]]),
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
  const outside = {
    database: { ipv4: '172.16.24.64', ipv6: 'fd00:172:16:24::1:1' },
    witness: { ipv4: '172.16.24.65', ipv6: 'fd00:172:16:24::1:2' },
  };
  const podCIDRs = new Map([['ep-x-worker', ['10.203.2.0/24', 'fd00:10:203:2::/64']]]);
  const learnt = { networks: planNetworks(egressTopology(), 1), nodes, podCIDRs, outside };
  const topology = learnTopology(egressTopology(), { ...learnt, ipv6: false });
  expect(topology.nodes[0]).toEqual({
    name: 'ep-x-worker',
    address: '172.16.22.67',
    podCIDR: '10.203.2.0/24',
    labels: { 'egress-gateway': 'true' },
  });
  expect(topology.nodeLan).toEqual({ cidr: '172.16.22.0/24', router: '172.16.22.1', controlPlane: '172.16.22.66' });
  expect(topology.outside).toEqual({
    ...{ cidr: '172.16.24.0/24', router: '172.16.24.1' },
    ...{ database: '172.16.24.64', witness: '172.16.24.65' },
  });
  expect(topology.egressRange).toEqual({ first: '172.16.22.131', last: '172.16.22.209' });
  expect(perFamily(topology)).toHaveLength(1);
  const [, second] = perFamily(learnTopology(egressTopology(), { ...learnt, ipv6: true }));
  expect(second).toMatchObject({
    nodeLan: { cidr: 'fd00:172:16:22::/64', router: 'fd00:172:16:22::1', controlPlane: 'fd00:172:16:22::1:66' },
    outside: { database: 'fd00:172:16:24::1:1', witness: 'fd00:172:16:24::1:2', router: 'fd00:172:16:24::1' },
    egressRange: { first: 'fd00:172:16:22::131', last: 'fd00:172:16:22::150' },
  });
  expect(second?.nodes[0]).toMatchObject({ address: 'fd00:172:16:22::1:67', podCIDR: 'fd00:10:203:2::/64' });
});
