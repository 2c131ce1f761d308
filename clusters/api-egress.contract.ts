import { expect, test } from 'vitest';
import { customResourceDefinitions } from '../agent/api/crds.ts';
import type { ApiRequest } from './api-request.fixture.ts';

/** The part of the contract about Egress and ExternalIPPool: what their definitions refuse before any webhook is asked. */
export function egressApiContract(target: () => { readonly api: ApiRequest }): void {
  test('the schemas and rules of Egress and ExternalIPPool', async () => {
    const { api } = target();
    const crds = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
    for (const definition of customResourceDefinitions) {
      const made = await api('POST', crds, definition);
      expect([made.code, made.body.message]).toEqual([201, undefined]);
    }
    const version = '/apis/crd.antrea.io/v1beta1';
    for (const plural of ['egresses', 'externalippools'])
      await expect.poll(async () => (await api('GET', `${version}/${plural}`)).code, { timeout: 10_000 }).toBe(200);
    for (const [spec, said] of egresses) {
      const object = { apiVersion: 'crd.antrea.io/v1beta1', kind: 'Egress', metadata: { name: 'e' }, spec };
      const { code, body } = await api('POST', `${version}/egresses?dryRun=All`, object);
      expect([code, body.message], JSON.stringify(spec)).toEqual(
        said === null ? [201, undefined] : [422, expect.stringMatching(said)],
      );
    }
    for (const [spec, said] of pools) {
      const object = { apiVersion: 'crd.antrea.io/v1beta1', kind: 'ExternalIPPool', metadata: { name: 'p' }, spec };
      const { code, body } = await api('POST', `${version}/externalippools?dryRun=All`, object);
      expect([code, body.message], JSON.stringify(spec)).toEqual(
        said === null ? [201, undefined] : [422, expect.stringMatching(said)],
      );
    }
    for (const { metadata } of customResourceDefinitions)
      expect((await api('DELETE', `${crds}/${metadata.name}`)).code).toBe(200);
  });
}

const appliedTo = { podSelector: { matchLabels: { app: 'web' } } };
const unusable = /must be a unicast address that packets can leave with/;
const oneForm = /must validate one and only one schema \(oneOf\)/;

/** What is refused, and with which words; null for what is taken. */
const egresses: readonly (readonly [spec: object, said: RegExp | null])[] = [
  [{ appliedTo, egressIP: '10.10.0.8' }, null],
  [{ appliedTo, egressIP: '2001:db8::8', externalIPPool: 'p' }, null],
  [{ appliedTo, externalIPPool: 'p', bandwidth: { rate: '800k', burst: '2M' } }, null],
  [{ appliedTo: {}, egressIPs: ['10.10.0.8', '2001:db8::8'] }, null],
  [{ appliedTo, externalIPPools: ['p', 'p'] }, null],
  [{ appliedTo, egressIPs: ['', '2001:db8::8'], externalIPPools: ['p', 'q'] }, null],
  [{ appliedTo, egressIPs: [], externalIPPools: ['p'] }, null],
  [{ egressIP: '10.10.0.8' }, /spec\.appliedTo: Required value/],
  [{ appliedTo }, oneForm],
  [{ appliedTo, egressIP: '10.10.0.8', egressIPs: ['10.10.0.9'] }, oneForm],
  [{ appliedTo, externalIPPool: 'p', externalIPPools: ['p'] }, oneForm],
  [{ appliedTo, egressIP: '10.10.0' }, /"spec\.egressIP" must validate one and only one schema/],
  [{ appliedTo, egressIP: 'fe80::1%eth0' }, /"spec\.egressIP" must validate one and only one schema/],
  ...['0.0.0.0', '127.0.0.1', '169.254.1.1', '224.0.0.1', '255.255.255.255', '::', '::1', 'fe80::1', 'ff02::1'].map(
    (egressIP) => [{ appliedTo, egressIP, externalIPPool: 'p' }, unusable] as const,
  ),
  [{ appliedTo, egressIP: '::ffff:10.10.0.8' }, unusable],
  [{ appliedTo, egressIPs: ['10.10.0.8', '::1'] }, /spec\.egressIPs\[1\]: Invalid value: .*must be a unicast address/],
  [{ appliedTo, egressIPs: [] }, /spec\.egressIPs: Invalid value: .*must name its addresses/],
  [{ appliedTo, egressIPs: ['10.10.0.8', ''] }, /spec\.egressIPs: Invalid value: .*must name its addresses/],
  [
    { appliedTo, egressIPs: ['10.10.0.8', '10.10.0.9'], externalIPPools: ['p'] },
    /spec\.egressIPs: Invalid value: .*must not have more entries than externalIPPools/,
  ],
  [{ appliedTo, egressIPs: ['2001:db8::8', '2001:DB8:0::8'] }, /spec\.egressIPs: .*must not name an address twice/],
  [{ appliedTo, externalIPPools: [] }, /spec\.externalIPPools.*should have at least 1 items/],
  [{ appliedTo, externalIPPools: [''] }, /spec\.externalIPPools\[0\].*should be at least 1 chars long/],
  [
    { appliedTo, externalIPPools: Array(17).fill('p') },
    /spec\.externalIPPools: Too many: 17: must have at most 16 items/,
  ],
  [{ appliedTo, egressIP: '10.10.0.8', bandwidth: { rate: '1M' } }, /spec\.bandwidth\.burst: Required value/],
  [
    {
      appliedTo: { podSelector: { matchExpressions: [{ key: 'a', operator: 'Like', values: ['b'] }] } },
      egressIP: '10.10.0.8',
    },
    /Unsupported value: "Like": supported values: "In", "NotIn", "Exists", "DoesNotExist"/,
  ],
  [
    { appliedTo: { podSelector: { matchLabels: { app: 'pro-' } } }, egressIP: '10.10.0.8' },
    /spec\.appliedTo\.podSelector\.matchLabels\.app.*should match/,
  ],
];

const nodeSelector = {};
const subnet = (subnetInfo: object): object => ({ ipRanges: [{ cidr: '10.10.0.0/24' }], subnetInfo, nodeSelector });

const pools: readonly (readonly [spec: object, said: RegExp | null])[] = [
  [{ ipRanges: [{ start: '10.10.0.2', end: '10.10.0.9' }, { cidr: '10.10.1.0/28' }], nodeSelector }, null],
  [subnet({ gateway: '10.10.0.1', prefixLength: 24, vlan: 10 }), null],
  [{ nodeSelector }, /spec\.ipRanges: Required value/],
  [{ ipRanges: [{ cidr: '10.10.0.0/24' }] }, /spec\.nodeSelector: Required value/],
  [{ ipRanges: [{ cidr: '10.10.0.0' }], nodeSelector }, /spec\.ipRanges\[0\]\.cidr.*must be of type cidr/],
  [{ ipRanges: [{ start: '10.10.0.2' }], nodeSelector }, oneForm],
  [{ ipRanges: [{ cidr: '10.10.0.0/24', start: '10.10.0.2', end: '10.10.0.9' }], nodeSelector }, oneForm],
  [{ ipRanges: [{ start: 'x', end: '10.10.0.9' }], nodeSelector }, /"spec\.ipRanges\[0\]\.start" must validate/],
  [subnet({ gateway: '10.10.0.1' }), /spec\.subnetInfo\.prefixLength: Required value/],
  [subnet({ gateway: '10.10.0.1', prefixLength: 128 }), /prefixLength in body should be less than or equal to 127/],
  [subnet({ gateway: '10.10.0.1', prefixLength: 0 }), /prefixLength in body should be greater than or equal to 1/],
  [subnet({ gateway: '10.10.0.1', prefixLength: 24, vlan: 4095 }), /vlan in body should be less than or equal to 4094/],
];
