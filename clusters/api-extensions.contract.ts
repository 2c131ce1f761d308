import { expect, test } from 'vitest';
import { heard, map, metadataOf, patchType } from './api-request.fixture.ts';
import type { ApiRequest } from './api-request.fixture.ts';

/** The part of the contract about what extends an API: webhooks and custom resources. */
export function extensionContract(target: () => { readonly api: ApiRequest; readonly maps: string }): void {
  test('a webhook that does not answer', async () => {
    const { api, maps } = target();
    const configurations = '/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations';
    const webhook = {
      name: 'deaf.example.test',
      clientConfig: { url: 'https://127.0.0.1:1/' },
      rules: [{ operations: ['CREATE'], apiGroups: [''], apiVersions: ['v1'], resources: ['configmaps'] }],
      objectSelector: { matchLabels: { ask: 'deaf' } },
      admissionReviewVersions: ['v1'],
      sideEffects: 'None',
      timeoutSeconds: 2,
    };
    expect((await api('POST', configurations, { metadata: { name: 'deaf' }, webhooks: [webhook] })).code).toBe(201);
    const asked = map('asked', {}, { labels: { ask: 'deaf' } });
    // The configuration takes effect a moment later.
    await expect
      .poll(async () => heard(await api('POST', `${maps}?dryRun=All`, asked)), { timeout: 10_000 })
      .toEqual([
        500,
        'InternalError',
        expect.stringMatching(
          /^Internal error occurred: failed calling webhook "deaf\.example\.test": failed to call webhook: Post "https:\/\/127\.0\.0\.1:1\/\?timeout=2s": /,
        ),
      ]);
    await api(
      'PATCH',
      `${configurations}/deaf`,
      { webhooks: [{ ...webhook, failurePolicy: 'Ignore' }] },
      patchType('merge-patch+json'),
    );
    await expect.poll(async () => (await api('POST', `${maps}?dryRun=All`, asked)).code, { timeout: 10_000 }).toBe(201);
    expect((await api('DELETE', `${configurations}/deaf`)).code).toBe(200);
  });

  test('a custom resource: schema, rules, defaults, pruning, status', async () => {
    const { api } = target();
    const crds = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
    const crd = `${crds}/widgets.example.test`;
    expect((await api('POST', crds, widgets)).code).toBe(201);
    const isEstablished = async (): Promise<unknown> => {
      const { body } = await api('GET', crd);
      const { conditions = [] } = (body['status'] ?? {}) as { conditions?: { type: string; status: string }[] };
      return conditions.find(({ type }) => type === 'Established')?.status;
    };
    await expect.poll(isEstablished, { timeout: 10_000 }).toBe('True');
    const path = '/apis/example.test/v1/widgets';
    const widget = (name: string, spec: object, more: object = {}): object => ({
      apiVersion: 'example.test/v1',
      kind: 'Widget',
      metadata: { name },
      spec,
      ...more,
    });
    await expect.poll(async () => (await api('GET', path)).code, { timeout: 10_000 }).toBe(200);
    const made = await api('POST', path, widget('w', { size: 2, unknown: 'x' }, { status: { seen: 1 } }));
    expect([made.code, made.body['spec'], made.body['status']]).toEqual([201, { size: 2, colour: 'red' }, undefined]);
    expect(heard(await api('POST', path, widget('bad', { size: 'big' })))).toEqual([
      422,
      'Invalid',
      `Widget.example.test "bad" is invalid: [spec.size: Invalid value: "string": spec.size in body must be of type integer: "string"${unchecked}`,
    ]);
    expect(heard(await api('POST', path, widget('bad', {})))).toEqual([
      422,
      'Invalid',
      `Widget.example.test "bad" is invalid: [spec.size: Required value${unchecked}`,
    ]);
    expect(heard(await api('POST', path, widget('bad', { size: 11 })))).toEqual([
      422,
      'Invalid',
      'Widget.example.test "bad" is invalid: spec.size: Invalid value: 11: spec.size in body should be less than or equal to 10',
    ]);
    expect(heard(await api('POST', path, widget('bad', { size: 1, colour: 'green' })))).toEqual([
      422,
      'Invalid',
      `Widget.example.test "bad" is invalid: [spec.colour: Unsupported value: "green": supported values: "red", "blue"${unchecked}`,
    ]);
    expect(heard(await api('POST', path, widget('bad', { size: 7, colour: 'blue' })))).toEqual([
      422,
      'Invalid',
      'Widget.example.test "bad" is invalid: spec: Invalid value: "object": blue widgets are small',
    ]);
    const status = await api(
      'PATCH',
      `${path}/w/status`,
      { spec: { size: 3 }, status: { seen: 2 } },
      patchType('merge-patch+json'),
    );
    expect([status.body['spec'], status.body['status'], metadataOf(status)['generation']]).toEqual([
      { size: 2, colour: 'red' },
      { seen: 2 },
      1,
    ]);
    expect((await api('DELETE', crd)).code).toBe(200);
    await expect.poll(async () => (await api('GET', path)).code, { timeout: 10_000 }).toBe(404);
  });
}

/** What a server adds that has not come to the rules. */
const unchecked =
  ', <nil>: Invalid value: null: some validation rules were not checked because the object was invalid; correct the existing errors to complete validation]';

const widgets = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'widgets.example.test' },
  spec: {
    group: 'example.test',
    scope: 'Cluster',
    names: { plural: 'widgets', singular: 'widget', kind: 'Widget', listKind: 'WidgetList' },
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        subresources: { status: {} },
        schema: {
          openAPIV3Schema: {
            type: 'object',
            properties: {
              spec: {
                type: 'object',
                required: ['size'],
                'x-kubernetes-validations': [
                  { rule: "self.colour != 'blue' || self.size < 5", message: 'blue widgets are small' },
                ],
                properties: {
                  size: { type: 'integer', maximum: 10 },
                  colour: { type: 'string', enum: ['red', 'blue'], default: 'red' },
                },
              },
              status: { type: 'object', properties: { seen: { type: 'integer' } } },
            },
          },
        },
      },
    ],
  },
};
