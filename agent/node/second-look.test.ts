import { expect, test } from 'vitest';
import { settledEntries } from './second-look.ts';

const entries = (text: string): Map<string, string> =>
  new Map(text === '' ? [] : text.split(' ').map((entry) => entry.split('=') as [string, string]));

test.each<[string, { before: string; read: string; after: string }, string]>([
  ['what is as it was applied', { before: 'a=1 b=2', read: 'a=1 b=2', after: 'a=1 b=2' }, 'a=1 b=2'],
  ['an entry that somebody removed', { before: 'a=1 b=2', read: 'a=1', after: 'a=1 b=2' }, 'a=1'],
  ['an entry that somebody added', { before: 'a=1', read: 'a=1 x=9', after: 'a=1' }, 'a=1 x=9'],
  ['an entry that somebody changed', { before: 'a=1', read: 'a=9', after: 'a=1' }, 'a=9'],
  ['one applied after it was read', { before: 'a=1', read: 'a=1', after: 'a=1 b=2' }, 'a=1 b=2'],
  ['one applied before it was read', { before: 'a=1', read: 'a=1 b=2', after: 'a=1 b=2' }, 'a=1 b=2'],
  ['one taken away after it was read', { before: 'a=1 b=2', read: 'a=1 b=2', after: 'a=1' }, 'a=1'],
  ['one changed meanwhile', { before: 'a=1', read: 'a=1', after: 'a=2' }, 'a=2'],
  ['a change, and what somebody did to another', { before: 'a=1 b=2', read: 'x=9', after: 'a=1 b=3' }, 'b=3 x=9'],
])('%s', (_what, { before, read, after }, expected) => {
  expect(settledEntries(entries(before), entries(read), entries(after))).toEqual(entries(expected));
});
