import { expect, test } from 'vitest';
import { planServiceProxy } from './service-proxy.ts';
import type { EndpointSlice, Service } from './objects.ts';

const node = { name: 'node-1', address: '172.16.18.121', clusterCIDR: '10.203.0.0/16' };
const service = (name: string, spec: Service['spec']): Service => ({ metadata: { name, namespace: 'shop' }, spec });
const slice = (
  name: string,
  endpoints: [address: string, node: string, ready?: boolean][],
  port = 8080,
): EndpointSlice => ({
  metadata: { name, namespace: 'shop', labels: { 'kubernetes.io/service-name': name } },
  addressType: 'IPv4',
  ports: [{ protocol: 'TCP', port }],
  endpoints: endpoints.map(([address, nodeName, ready = true]) => ({
    addresses: [address],
    nodeName,
    conditions: { ready },
  })),
});
const lines = (services: Service[], slices: EndpointSlice[]) =>
  planServiceProxy(services, slices, node)
    .split('\n')
    .map((line) => line.trim());

test('a ClusterIP goes to every ready endpoint', () => {
  const rules = lines(
    [service('web', { clusterIP: '10.96.0.7', ports: [{ port: 80 }] })],
    [
      slice('web', [
        ['10.203.2.5', 'node-2'],
        ['10.203.1.5', 'node-1'],
        ['10.203.3.5', 'node-3', false],
      ]),
    ],
  );
  expect(rules).toContain('ip daddr 10.96.0.7 tcp dport 80 goto svc-shop-web-tcp-80');
  expect(rules).toContain(
    'meta l4proto tcp dnat ip to numgen random mod 2 map { 0 : 10.203.1.5 . 8080, 1 : 10.203.2.5 . 8080 }',
  );
});

test('IPv6 has a table of its own, for the Services and endpoints of that family', () => {
  const spec = { clusterIP: '10.96.0.7', clusterIPs: ['10.96.0.7', 'fd00:96::7'], ports: [{ port: 80 }] };
  const slices = [
    slice('web', [['10.203.1.5', 'node-1']]),
    { ...slice('web', [['fd00:10:203:1::5', 'node-1']]), addressType: 'IPv6' as const },
  ];
  const node6 = { name: 'node-1', address: 'fd00:172:16:18::121', clusterCIDR: 'fd00:10:203::/48' };
  const rules = planServiceProxy([service('web', spec)], slices, node6)
    .split('\n')
    .map((line) => line.trim());
  expect(rules).toContain('table ip6 kube-proxy {');
  expect(rules).toContain('ip6 daddr fd00:96::7 tcp dport 80 goto svc-shop-web-tcp-80');
  expect(rules).toContain('meta l4proto tcp dnat ip6 to numgen random mod 1 map { 0 : fd00:10:203:1::5 . 8080 }');
  expect(rules.filter((line) => line.includes('10.'))).toEqual([]);
});

test('only connections that are not from pods are masqueraded, and a pod that reaches itself', () => {
  const rules = lines(
    [service('web', { clusterIP: '10.96.0.7', ports: [{ port: 80 }] })],
    [slice('web', [['10.203.1.5', 'node-1']])],
  );
  expect(rules).toContain('ip daddr 10.96.0.7 tcp dport 80 ip saddr != 10.203.0.0/16 ct mark set ct mark or 0x4000');
  expect(rules).toContain('ct status dnat ip saddr . ip daddr { 10.203.1.5 . 10.203.1.5 } masquerade');
});

test.each<['Cluster' | 'Local', string]>([
  ['Cluster', 'ip daddr 172.16.18.121 tcp dport 30080 goto svc-shop-web-tcp-80'],
  ['Local', 'ip daddr 172.16.18.121 tcp dport 30080 goto svc-shop-web-tcp-80-local'],
])('a NodePort with externalTrafficPolicy %s', (externalTrafficPolicy, rule) => {
  const spec = {
    clusterIP: '10.96.0.7',
    type: 'NodePort' as const,
    externalTrafficPolicy,
    ports: [{ port: 80, nodePort: 30080 }],
  };
  const rules = lines([service('web', spec)], [slice('web', [['10.203.2.5', 'node-2']])]);
  expect(rules).toContain(rule);
  // Local keeps the client's address, so nothing may mark the connection; and node-1 has no endpoint of its own.
  expect(rules.includes('ip daddr 172.16.18.121 tcp dport 30080 ct mark set ct mark or 0x4000')).toBe(
    externalTrafficPolicy === 'Cluster',
  );
});

test.each([
  service('headless', { clusterIP: 'None', ports: [{ port: 80 }] }),
  service('alias', { type: 'ExternalName' }),
])('$metadata.name Services leave no rule', (theService) => {
  expect(lines([theService], []).filter((line) => line.includes('goto'))).toEqual([]);
});
