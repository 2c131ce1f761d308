import { expect, test } from 'vitest';
import { settledEntries } from './second-look.ts';

const entries = (text: string): Map<string, string> =>
  new Map(text === '' ? [] : text.split(' ').map((entry) => entry.split('=') as [string, string]));

test.each<[string, { applied: string[]; read: string }, string]>([
  ['what is as it was applied', { applied: ['a=1 b=2', 'a=1 b=2'], read: 'a=1 b=2' }, 'a=1 b=2'],
  ['an entry that somebody removed', { applied: ['a=1 b=2', 'a=1 b=2'], read: 'a=1' }, 'a=1'],
  ['an entry that somebody added', { applied: ['a=1', 'a=1'], read: 'a=1 x=9' }, 'a=1 x=9'],
  ['an entry that somebody changed', { applied: ['a=1', 'a=1'], read: 'a=9' }, 'a=9'],
  ['one applied after it was read', { applied: ['a=1', 'a=1 b=2'], read: 'a=1' }, 'a=1 b=2'],
  ['one applied before it was read', { applied: ['a=1', 'a=1 b=2'], read: 'a=1 b=2' }, 'a=1 b=2'],
  ['one taken away after it was read', { applied: ['a=1 b=2', 'a=1'], read: 'a=1 b=2' }, 'a=1'],
  ['one that came, was read, and went', { applied: ['a=1', 'a=1 b=2', 'a=1'], read: 'a=1 b=2' }, 'a=1'],
  ['one that went, was not read, and came back', { applied: ['a=1 b=2', 'a=1', 'a=1 b=2'], read: 'a=1' }, 'a=1 b=2'],
  ['one changed meanwhile', { applied: ['a=1', 'a=2'], read: 'a=1' }, 'a=2'],
  ['a change, and what somebody did to another', { applied: ['a=1 b=2', 'a=1 b=3'], read: 'x=9' }, 'b=3 x=9'],
])('%s', (_what, { applied, read }, expected) => {
  expect(settledEntries(applied.map(entries), entries(read))).toEqual(entries(expected));
});
