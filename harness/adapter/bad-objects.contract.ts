import { expect, test } from 'vitest';
import { heard, patchType } from '../../clusters/api-request.fixture.ts';
import type { ApiRequest } from '../../clusters/api-request.fixture.ts';
import type { KubeObject } from '../../agent/kube/object.ts';
import type { BadKind } from './bad-input.ts';
import { badObjects } from './bundled-bad-objects.ts';

const name = 'wrong';
const otherName = 'wrong-too';
const taken = '198.51.100.0/28';
const appliedTo = { namespaceSelector: { matchLabels: { nobody: 'has-this' } } };
const requirement = (fields: object): string => JSON.stringify({ matchExpressions: [{ key: 'app', ...fields }] });

const wrong: readonly (readonly [Exclude<BadKind, 'nodeLimit'>, readonly string[]])[] = [
  [
    'malformedAddress',
    ['', 'x', '300.1.1.1', '192.0.2.1/24', '172.16.018.140', '192.0.2.1,192.0.2.2', 'fe80::1%eth0', 'fd00::12345'],
  ],
  ['unusableAddress', ['0.0.0.0', '127.0.0.1', '169.254.1.1', '224.0.0.1', '255.255.255.255']],
  ['unusableAddress', ['::', '::1', 'fe80::1', 'ff02::1', '::ffff:192.0.2.1']],
  [
    'malformedRange',
    [
      '192.0.2.300/24',
      '192.0.2.0/33',
      '192.0.2.0/-1',
      '192.0.2.0',
      '192.0.2.1-y',
      '192.0.002.0/24',
      '192.0.2.0/024',
      'x/24',
      '192.0.2.1-',
    ],
  ],
  ['malformedRange', ['192.0.2.9-192.0.2.1', '192.0.2.1-fd00::1', '127.0.0.0/8', 'ff02::/112']],
  ['overlappingRange', [taken, '198.51.100.15-198.51.100.20', '198.51.0.0/16']],
  ['missingSelection', ['absent', 'null']],
  ['missingAddress', ['absent']],
  ['contradiction', ['one address, and several']],
  ['impossibleSelector', [requirement({ operator: 'Like', values: ['x'] }), requirement({ operator: 'In' })]],
  [
    'impossibleSelector',
    [requirement({ operator: 'NotIn', values: [] }), requirement({ operator: 'Exists', values: ['x'] })],
  ],
  ['impossibleSelector', ['{"matchLabels":{"app":"-x-"}}', '{"matchLabels":{"a b":"x"}}', '{"matchLabels":{"app":1}}']],
  ['unknownField', ['egressIp', 'colour', 'externalIPPoolName']],
  ['missingPool', ['nowhere']],
  ['tooLarge', ['name', 'label', 'annotations', 'pool name', 'addresses']],
  [
    'immutableField',
    ['198.51.100.16/28 > 198.51.100.32/28', '198.51.100.16-198.51.100.18 > 198.51.100.16-198.51.100.17'],
  ],
];

/**
 * What an API server answers to wrong objects of the bundled implementation, applied and created as kubectl does: the
 * same words on every provider, those of `bad-objects.answers.txt`.
 */
export function badObjectsContract(target: () => ApiRequest): void {
  test('wrong objects are answered in the same words', async () => {
    const api = target();
    const lines: string[] = [];
    await apply(api, { ...poolOf(taken), metadata: { name: 'taken' } });
    for (const [kind, texts] of wrong) {
      for (const text of texts) {
        const objects = badObjects({ kind, text }, name, appliedTo);
        const before = objects.slice(0, -1);
        for (const object of before) await apply(api, object);
        const last = objects.at(-1) as KubeObject;
        // Of a range it is the pool that is wrong, which its policy follows.
        const subject = kind.endsWith('Range') ? (objects[0] as KubeObject) : last;
        const answers =
          kind === 'immutableField'
            ? [await apply(api, last)]
            : [await apply(api, subject), await create(api, subject)];
        const told = [
          ...new Set(answers.map((answer) => shortened(JSON.stringify(answer)).replaceAll(otherName, name))),
        ];
        lines.push(`${kind} ${text || '(empty)'}`, ...told.map((answer) => `  ${answer}`));
        for (const { kind: of } of objects) await remove(api, of ?? '', name);
      }
    }
    await remove(api, 'ExternalIPPool', 'taken');
    await expect(`${lines.join('\n')}\n`).toMatchFileSnapshot('bad-objects.answers.txt');
  });
}

const pathOf = (kind: string): string =>
  `/apis/crd.antrea.io/v1beta1/${kind === 'Egress' ? 'egresses' : 'externalippools'}`;

/** What was said: code, reason and message of a refusal, or the code alone. */
const said = (answer: Awaited<ReturnType<ApiRequest>>): unknown => (answer.code < 300 ? [answer.code] : heard(answer));

async function apply(api: ApiRequest, object: KubeObject): Promise<unknown> {
  const path = `${pathOf(object.kind ?? '')}/${object.metadata.name}?fieldManager=contract`;
  return said(await api('PATCH', path, object, patchType('apply-patch+yaml')));
}

/** Nothing is left of it. */
async function create(api: ApiRequest, object: KubeObject): Promise<unknown> {
  const other =
    object.metadata.name === name ? { ...object, metadata: { ...object.metadata, name: otherName } } : object;
  return said(await api('POST', `${pathOf(object.kind ?? '')}?fieldValidation=Strict&dryRun=All`, other));
}

async function remove(api: ApiRequest, kind: string, of: string): Promise<void> {
  await api('DELETE', `${pathOf(kind)}/${of}`);
}

const poolOf = (cidr: string): KubeObject =>
  badObjects({ kind: 'malformedRange', text: cidr }, name, appliedTo)[0] as KubeObject;

/** Very long names, of which the answer repeats every character. */
const shortened = (text: string): string => text.replaceAll(/(\w)\1{40,}/g, (run, one) => `${one}*${run.length}`);
