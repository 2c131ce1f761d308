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
const { endpoints: _endpoints, ports: _ports, ...empty } = slice('other', []);
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
    [slice('web', [['10.203.1.5', 'node-1']]), empty],
  );
  expect(rules).toContain('ip daddr 10.96.0.7 tcp dport 80 ip saddr != 10.203.0.0/16 ct mark set ct mark or 0x4000');
  expect(rules).toContain('ct status dnat ip saddr . ip daddr { 10.203.1.5 . 10.203.1.5 } masquerade');
});

const chainOf = (all: string[], name: string): string[] => {
  const from = all.indexOf(`chain ${name} {`);
  return from < 0 ? [] : all.slice(from + 1, all.indexOf('}', from));
};
const external = 'goto svc-shop-web-tcp-80-external';

test.each<[string, Service['spec'] & { externalTrafficPolicy: 'Cluster' | 'Local' }, string[]]>([
  [
    'the node port at every address of the node',
    {
      type: 'NodePort',
      clusterIP: '10.96.0.7',
      externalTrafficPolicy: 'Cluster',
      ports: [{ port: 80, nodePort: 30080 }],
    },
    [`fib daddr type local ip daddr != 127.0.0.0/8 tcp dport 30080 ${external}`],
  ],
  [
    'external addresses, with the port of the service',
    { clusterIP: '10.96.0.7', externalTrafficPolicy: 'Local', externalIPs: ['172.16.18.140'], ports: [{ port: 80 }] },
    [`ip daddr 172.16.18.140 tcp dport 80 ${external}`],
  ],
])('from outside a service is reached at %s', (_what, spec, rules) => {
  expect(lines([service('web', spec)], []).filter((line) => line.endsWith(external))).toEqual(rules);
});

test('from outside a service is reached at the addresses that its load balancer has, besides the node port', () => {
  const spec = { clusterIP: '10.96.0.7', type: 'LoadBalancer' as const, ports: [{ port: 80, nodePort: 30080 }] };
  const balanced = { ...service('web', spec), status: { loadBalancer: { ingress: [{ ip: '172.16.18.140' }] } } };
  expect(lines([balanced], []).filter((line) => line.endsWith(external))).toEqual([
    `fib daddr type local ip daddr != 127.0.0.0/8 tcp dport 30080 ${external}`,
    `ip daddr 172.16.18.140 tcp dport 80 ${external}`,
  ]);
});

test.each<['Cluster' | 'Local', string[], string[]]>([
  ['Cluster', ['ct mark set ct mark or 0x4000', 'goto svc-shop-web-tcp-80'], []],
  [
    'Local',
    [
      'ip saddr 10.203.0.0/16 goto svc-shop-web-tcp-80',
      'fib saddr type local ct mark set ct mark or 0x4000',
      'fib saddr type local goto svc-shop-web-tcp-80',
      'goto svc-shop-web-tcp-80-local',
    ],
    // node-1 has no endpoint of its own.
    ['drop'],
  ],
])('externalTrafficPolicy %s', (externalTrafficPolicy, rules, local) => {
  const spec = {
    clusterIP: '10.96.0.7',
    type: 'NodePort' as const,
    externalTrafficPolicy,
    ports: [{ port: 80, nodePort: 30080 }],
  };
  const all = lines([service('web', spec)], [slice('web', [['10.203.2.5', 'node-2']])]);
  expect(chainOf(all, 'svc-shop-web-tcp-80-external')).toEqual(rules);
  expect(chainOf(all, 'svc-shop-web-tcp-80-local')).toEqual(local);
});

test('a Service without endpoints drops what comes to it, and leaves others alone', () => {
  const { endpoints: _, ...empty } = slice('idle', []);
  const all = lines(
    [service('idle', { clusterIP: '10.96.0.8', ports: [{ port: 80 }] })],
    [empty, slice('web', [['10.203.1.5', 'node-1']])],
  );
  expect(chainOf(all, 'svc-shop-idle-tcp-80')).toEqual(['drop']);
});

test.each([
  service('headless', { clusterIP: 'None', ports: [{ port: 80 }] }),
  service('alias', { type: 'ExternalName' }),
])('$metadata.name Services leave no rule', (theService) => {
  expect(lines([theService], []).filter((line) => line.includes('goto'))).toEqual([]);
});
