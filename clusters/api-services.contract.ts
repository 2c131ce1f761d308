import { beforeAll, describe, expect, test } from 'vitest';
import { apiRequests, heard, patchType } from './api-request.fixture.ts';
import type { Answer, ApiRequest } from './api-request.fixture.ts';

interface ServiceSpec {
  readonly clusterIP?: string;
  readonly clusterIPs?: readonly string[];
  readonly ipFamilies?: readonly string[];
  readonly ipFamilyPolicy?: string;
}

const v4 = expect.stringMatching(/^10\.96\.\d+\.\d+$/) as string;
const v6 = expect.stringMatching(/^fd00:10:96::[\da-f]+$/) as string;

/** Families and cluster addresses of Services in a dual-stack cluster, as a real kube-apiserver gives and refuses them. */
export function serviceContract(kubeconfig: () => string): void {
  describe('families of Services', () => {
    const namespace = 'service-contract';
    const services = `/api/v1/namespaces/${namespace}/services`;
    let api: ApiRequest;

    beforeAll(async () => {
      api = await apiRequests(kubeconfig());
      expect((await api('POST', '/api/v1/namespaces', { metadata: { name: namespace } })).code).toBe(201);
    });

    test.each<[string, object, unknown]>([
      ['nothing', {}, ['SingleStack', ['IPv4'], [v4]]],
      ['ipv6', { ipFamilies: ['IPv6'] }, ['SingleStack', ['IPv6'], [v6]]],
      ['prefer', { ipFamilyPolicy: 'PreferDualStack' }, ['PreferDualStack', ['IPv4', 'IPv6'], [v4, v6]]],
      [
        'ipv6-first',
        { ipFamilyPolicy: 'RequireDualStack', ipFamilies: ['IPv6'] },
        ['RequireDualStack', ['IPv6', 'IPv4'], [v6, v4]],
      ],
      ['own', { clusterIP: 'fd00:10:96::7007' }, ['SingleStack', ['IPv6'], ['fd00:10:96::7007']]],
      ['headless', { clusterIP: 'None' }, ['SingleStack', ['IPv4'], ['None']]],
      [
        'headless-both',
        { clusterIP: 'None', ipFamilyPolicy: 'PreferDualStack' },
        ['PreferDualStack', ['IPv4', 'IPv6'], ['None']],
      ],
      ['without-selector', { clusterIP: 'None', selector: null }, ['RequireDualStack', ['IPv4', 'IPv6'], ['None']]],
    ])('%s', async (name, spec, expected) => {
      const made = await api('POST', services, service(name, spec));
      expect(made.code, made.text).toBe(201);
      expect(familiesOf(made)).toEqual(expected);
    });

    test.each<[string, object, string]>([
      [
        'two-families',
        { ipFamilies: ['IPv4', 'IPv6'], ipFamilyPolicy: 'SingleStack' },
        "spec.ipFamilyPolicy: Invalid value: \"SingleStack\": must be 'RequireDualStack' or 'PreferDualStack' when multiple IP families are specified",
      ],
      [
        'other-family',
        { clusterIP: 'fd00:10:96::7008', ipFamilies: ['IPv4'] },
        'spec.clusterIPs[0]: Invalid value: "fd00:10:96::7008": expected an IPv4 value as indicated by `ipFamilies[0]`',
      ],
      ['twice', { ipFamilies: ['IPv4', 'IPv4'] }, 'spec.ipFamilies[1]: Duplicate value: "IPv4"'],
      [
        'no-policy',
        { ipFamilyPolicy: 'Both' },
        'spec.ipFamilyPolicy: Unsupported value: "Both": supported values: "PreferDualStack", "RequireDualStack", "SingleStack"',
      ],
    ])('%s is refused', async (name, spec, why) => {
      const refused = await api('POST', services, service(name, spec));
      expect(heard(refused)).toEqual([422, 'Invalid', `Service "${name}" is invalid: ${why}`]);
    });

    test('a Service becomes dual-stack, keeping its address, and single-stack again', async () => {
      const first = await api('POST', services, service('changes', {}));
      const [address = ''] = specOf(first).clusterIPs ?? [];
      const patch = (spec: object): Promise<Answer> =>
        api('PATCH', `${services}/changes`, { spec }, patchType('merge-patch+json'));
      const both = await patch({ ipFamilyPolicy: 'PreferDualStack' });
      expect(familiesOf(both)).toEqual(['PreferDualStack', ['IPv4', 'IPv6'], [address, v6]]);
      const one = await patch({ ipFamilyPolicy: 'SingleStack' });
      expect(familiesOf(one)).toEqual(['SingleStack', ['IPv4'], [address]]);
    });

    test('the first family stays', async () => {
      expect((await api('POST', services, service('stays', {}))).code).toBe(201);
      const path = `${services}/stays`;
      const refused = await api('PATCH', path, { spec: { ipFamilies: ['IPv6'] } }, patchType('merge-patch+json'));
      expect([refused.code, refused.body.reason]).toEqual([422, 'Invalid']);
    });
  });
}

const service = (name: string, spec: object): object => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name },
  spec: { selector: { app: 'nobody' }, ports: [{ port: 80 }], ...spec },
});

const specOf = ({ body }: Answer): ServiceSpec => (body['spec'] ?? {}) as ServiceSpec;

function familiesOf(answer: Answer): unknown {
  const { ipFamilyPolicy, ipFamilies, clusterIPs } = specOf(answer);
  return [ipFamilyPolicy, ipFamilies, clusterIPs];
}
