import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runInSandbox } from '../../agent/linux/sandbox.fixture.ts';

const dir = mkdtempSync(join(tmpdir(), 'egressproof-outside-'));
let seen: Record<string, unknown> = {};

beforeAll(async () => {
  seen = await runInSandbox(new URL('outside.fixture.ts', import.meta.url).href, dir);
}, 70_000);

afterAll(() => rmSync(dir, { recursive: true, force: true }));

test.each([
  { when: 'a firewall without rules lets through', key: 'open', want: [true, true] },
  { when: 'the first rule that matches decides, then the default', key: 'filtered', want: [true, false, false] },
  {
    when: 'it logs every new connection with its rule',
    key: 'log',
    want: [
      'accept default 172.16.18.121>172.16.20.20:8080',
      'accept default 172.16.18.122>172.16.20.20:8080',
      'accept lab 172.16.18.121>172.16.20.20:8080',
      'drop yelb-app 172.16.18.122>172.16.20.20:8080',
      'drop default 172.16.18.123>172.16.20.20:8080',
    ],
  },
  {
    when: 'it counts by rule',
    key: 'counted',
    want: [
      ['lab', true],
      ['yelb-app', true],
      ['default', true],
    ],
  },
  {
    when: 'a rule without a proper name is refused',
    key: 'badRule',
    want: expect.stringContaining('"a b" cannot name a firewall rule') as string,
  },
  { when: 'the log lost nothing', key: 'overruns', want: 0 },
  { when: 'the database admits by address', key: 'admitted', want: ['172.16.18.121', '172.16.18.123'] },
  { when: 'and rejects by address', key: 'rejected', want: ['28000', '28000'] },
  { when: 'and by password', key: 'wrongPassword', want: '28P01' },
  {
    when: 'its log says who came and what became of it',
    key: 'databaseLog',
    want: [
      'admitted lab 172.16.18.121',
      'admitted yelb-app 172.16.18.123',
      'rejected lab 172.16.18.122',
      'rejected yelb-app 172.16.18.121',
    ],
  },
  { when: 'grants are replaced at once', key: 'moved', want: ['28000', '172.16.18.122'] },
  { when: 'the log goes on from a mark', key: 'sinceMark', want: 2 },
  {
    when: 'a name that is no name is refused',
    key: 'badName',
    want: expect.stringContaining('"DROP;" cannot name a database') as string,
  },
])('$when', ({ key, want }) => {
  expect(seen[key]).toEqual(want);
});
