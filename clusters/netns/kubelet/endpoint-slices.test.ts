import { expect, test } from 'vitest';
import { planEndpointSlices } from './endpoint-slices.ts';
import type { Pod, Service } from './objects.ts';

const service = (spec: Partial<Service['spec']> = {}): Service => ({
  metadata: { name: 'web', namespace: 'shop', uid: 'u1' },
  spec: { selector: { app: 'web' }, ports: [{ name: 'http', port: 80, targetPort: 'web' }], ...spec },
});
const pod = (
  name: string,
  ip: string | undefined,
  changes: { ready?: boolean; labels?: Record<string, string>; phase?: 'Succeeded'; going?: boolean } = {},
): Pod => ({
  metadata: {
    name,
    namespace: 'shop',
    labels: changes.labels ?? { app: 'web' },
    ...(changes.going ? { deletionTimestamp: 'now' } : {}),
  },
  spec: { nodeName: 'node-1', containers: [{ name: 'c', ports: [{ name: 'web', containerPort: 8080 }] }] },
  status: {
    ...(ip === undefined ? {} : { podIP: ip, podIPs: [{ ip }, { ip: `fd00::${ip.split('.').at(-1)}` }] }),
    phase: changes.phase ?? 'Running',
    conditions: [{ type: 'Ready', status: changes.ready === false ? 'False' : 'True' }],
  },
});

test.each<[string, Service, Pod[], [string, boolean][]]>([
  [
    'every running pod, by name',
    service(),
    [pod('b', '10.0.0.2'), pod('a', '10.0.0.1')],
    [
      ['10.0.0.1', true],
      ['10.0.0.2', true],
    ],
  ],
  ['a pod that is not ready, as not ready', service(), [pod('a', '10.0.0.1', { ready: false })], [['10.0.0.1', false]]],
  ['a pod that is going, as not ready', service(), [pod('a', '10.0.0.1', { going: true })], [['10.0.0.1', false]]],
  [
    'not-ready pods as ready when asked',
    service({ publishNotReadyAddresses: true }),
    [pod('a', '10.0.0.1', { ready: false })],
    [['10.0.0.1', true]],
  ],
  [
    'no pod without an address, finished, or of other labels',
    service(),
    [pod('a', undefined), pod('b', '1', { phase: 'Succeeded' }), pod('c', '2', { labels: {} })],
    [],
  ],
])('a slice holds %s', (_title, theService, pods, expected) => {
  const [slice] = planEndpointSlices(theService, pods);
  expect(slice?.endpoints?.map((endpoint) => [endpoint.addresses[0], endpoint.conditions?.ready])).toEqual(expected);
});

test('a dual-stack Service has a slice of each family', () => {
  const slices = planEndpointSlices(service({ ipFamilies: ['IPv6', 'IPv4'] }), [pod('a', '10.0.0.1')]);
  expect(
    slices.map(({ metadata, addressType, endpoints }) => [metadata.name, addressType, endpoints?.[0]?.addresses]),
  ).toEqual([
    ['web-ipv6', 'IPv6', ['fd00::1']],
    ['web-ipv4', 'IPv4', ['10.0.0.1']],
  ]);
});

test('a named target port is the container port', () => {
  expect(planEndpointSlices(service(), [pod('a', '10.0.0.1')])[0]?.ports).toEqual([
    { name: 'http', protocol: 'TCP', port: 8080 },
  ]);
});

test.each([{ selector: {} }, { type: 'ExternalName' as const }])('no slice for %o', (spec) => {
  expect(planEndpointSlices(service(spec), [])).toEqual([]);
});
