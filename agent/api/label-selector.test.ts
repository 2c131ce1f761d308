import { expect, test } from 'vitest';
import { selectorProblem, type LabelSelector } from './label-selector.ts';

const requirement = (key: string, operator: 'In' | 'NotIn' | 'Exists', ...values: string[]): LabelSelector => ({
  matchExpressions: [{ key, operator, values }],
});

test.each<[string, LabelSelector, string | null]>([
  ['nothing', {}, null],
  ['labels', { matchLabels: { 'kubernetes.io/metadata.name': 'shop', app_1: '' } }, null],
  ['a set', requirement('app', 'In', 'erp'), null],
  ['In without values', requirement('app', 'In'), 'operator In on app needs values'],
  ['NotIn without values', requirement('app', 'NotIn'), 'operator NotIn on app needs values'],
  ['Exists with values', requirement('app', 'Exists', 'x'), 'operator Exists on app takes no values'],
  ['a key with a blank', { matchLabels: { 'a b': 'x' } }, '"a b" is no key of a label'],
  ['a key of a requirement', requirement('/app', 'Exists'), '"/app" is no key of a label'],
  ['a long key', requirement('k'.repeat(64), 'Exists'), `"${'k'.repeat(64)}" is no key of a label`],
  ['no operator', { matchExpressions: [{ key: 'app' }] }, 'the requirement on app has no operator'],
])('a selector with %s', (_what, selector, problem) => {
  expect(selectorProblem(selector)).toBe(problem);
});
