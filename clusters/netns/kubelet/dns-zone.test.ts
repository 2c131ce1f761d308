import { expect, test } from 'vitest';
import { lookUp, planZone } from './dns-zone.ts';
import type { EndpointSlice, Service } from './objects.ts';

const services: Service[] = [
  {
    metadata: { name: 'web', namespace: 'shop' },
    spec: { clusterIP: '10.96.0.7', clusterIPs: ['10.96.0.7', 'fd00:96::7'] },
  },
  { metadata: { name: 'pods', namespace: 'shop' }, spec: { clusterIP: 'None' } },
  { metadata: { name: 'alias', namespace: 'shop' }, spec: { type: 'ExternalName' } },
];
const slices: EndpointSlice[] = [
  {
    metadata: { name: 'pods-1', namespace: 'shop', labels: { 'kubernetes.io/service-name': 'pods' } },
    addressType: 'IPv4',
    ports: [],
    endpoints: [
      { addresses: ['10.203.2.9'], conditions: { ready: true } },
      { addresses: ['10.203.1.9'], conditions: { ready: true } },
      { addresses: ['10.203.3.9'], conditions: { ready: false } },
    ],
  },
];
const { endpoints: _endpoints, ...empty } = slices[0] as EndpointSlice;
slices.push(empty);
const zone = planZone(services, slices, { 'Database.example.test': ['172.16.20.10', 'fd00:20::10'] });

test.each<[string, ReturnType<typeof lookUp>]>([
  ['web.shop.svc.cluster.local', { addresses: ['10.96.0.7', 'fd00:96::7'] }],
  ['WEB.shop.svc.cluster.local.', { addresses: ['10.96.0.7', 'fd00:96::7'] }],
  ['pods.shop.svc.cluster.local', { addresses: ['10.203.1.9', '10.203.2.9'] }],
  ['database.example.test', { addresses: ['172.16.20.10', 'fd00:20::10'] }],
  ['alias.shop.svc.cluster.local', 'no such name'],
  ['nothing.cluster.local', 'no such name'],
  ['example.com', 'not ours'],
])('%s', (name, expected) => {
  expect(lookUp(zone, name)).toEqual(expected);
});
