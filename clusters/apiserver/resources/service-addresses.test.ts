import { expect, test } from 'vitest';
import type { ApiObject } from '../object.ts';
import type { StrategyContext } from './definition.ts';
import { serviceStrategy } from './service.ts';

const dual = ['10.96.0.0/16', 'fd00:10:96::/112'];
const context = (serviceCIDRs: readonly string[], others: readonly ApiObject[] = []): StrategyContext => ({
  list: () => others,
  find: () => undefined,
  serviceCIDRs,
  dryRun: false,
});
const service = (spec: object): ApiObject =>
  ({ metadata: { name: 's', uid: 'u' }, spec: { selector: { a: 'b' }, ports: [{ port: 80 }], ...spec } }) as never;

/** What comes of a spec: policy, families and addresses, or the faults. */
function made(spec: object, cidrs: readonly string[] = dual, old?: ApiObject): unknown {
  const object = service(spec);
  serviceStrategy.defaults?.(object);
  if (old) serviceStrategy.prepareUpdate?.(object, old, context(cidrs));
  else serviceStrategy.prepareCreate?.(object, context(cidrs));
  const faults = serviceStrategy.validate?.(object, context(cidrs), old) ?? [];
  if (faults.length > 0) return faults.map(({ field, message }) => `${field}: ${message}`);
  const { ipFamilyPolicy, ipFamilies, clusterIPs } = object['spec'];
  return [ipFamilyPolicy, ipFamilies, clusterIPs];
}

test.each<[string, object, readonly string[], unknown]>([
  ['nothing asked for', {}, dual, ['SingleStack', ['IPv4'], ['10.96.1.0']]],
  ['IPv6', { ipFamilies: ['IPv6'] }, dual, ['SingleStack', ['IPv6'], ['fd00:10:96::100']]],
  [
    'both required',
    { ipFamilyPolicy: 'RequireDualStack' },
    dual,
    ['RequireDualStack', ['IPv4', 'IPv6'], ['10.96.1.0', 'fd00:10:96::100']],
  ],
  [
    'both preferred, IPv6 first',
    { ipFamilyPolicy: 'PreferDualStack', ipFamilies: ['IPv6'] },
    dual,
    ['PreferDualStack', ['IPv6', 'IPv4'], ['fd00:10:96::100', '10.96.1.0']],
  ],
  [
    'both preferred where there is one',
    { ipFamilyPolicy: 'PreferDualStack' },
    ['10.96.0.0/16'],
    ['PreferDualStack', ['IPv4'], ['10.96.1.0']],
  ],
  [
    'both required where there is one',
    { ipFamilyPolicy: 'RequireDualStack' },
    ['10.96.0.0/16'],
    ['spec.ipFamilyPolicy: Invalid value: "RequireDualStack": this cluster is not configured for dual-stack services'],
  ],
  [
    'a family that is not there',
    { ipFamilies: ['IPv6'] },
    ['10.96.0.0/16'],
    ['spec.ipFamilies[0]: Invalid value: "IPv6": not configured on this cluster'],
  ],
  ['headless', { clusterIP: 'None' }, dual, ['SingleStack', ['IPv4'], ['None']]],
  [
    'headless without a selector',
    { clusterIP: 'None', selector: {} },
    ['10.96.0.0/16'],
    ['RequireDualStack', ['IPv4', 'IPv6'], ['None']],
  ],
  ['an address of one’s own', { clusterIP: 'fd00:10:96::7' }, dual, ['SingleStack', ['IPv6'], ['fd00:10:96::7']]],
  [
    'an address of another family than said',
    { clusterIP: 'fd00:10:96::7', ipFamilies: ['IPv4'] },
    dual,
    ['spec.clusterIPs[0]: Invalid value: "fd00:10:96::7": expected an IPv4 value as indicated by `ipFamilies[0]`'],
  ],
])('%s', (_what, spec, cidrs, expected) => {
  expect(made(spec, cidrs)).toEqual(expected);
});

test('a Service becomes dual-stack, and single-stack again', () => {
  const first = {
    ipFamilyPolicy: 'SingleStack',
    ipFamilies: ['IPv4'],
    clusterIP: '10.96.1.0',
    clusterIPs: ['10.96.1.0'],
  };
  const both = ['PreferDualStack', ['IPv4', 'IPv6'], ['10.96.1.0', 'fd00:10:96::100']];
  expect(made({ ...first, ipFamilyPolicy: 'PreferDualStack' }, dual, service(first))).toEqual(both);
  const [, ipFamilies, clusterIPs] = both;
  const second = { ...first, ipFamilyPolicy: 'PreferDualStack', ipFamilies, clusterIPs };
  const back = { ...second, ipFamilyPolicy: 'SingleStack' };
  expect(made(back, dual, service(second))).toEqual(['SingleStack', ['IPv4'], ['10.96.1.0']]);
});
