import { expect, test } from 'vitest';
import { parseLogLine } from './log.ts';

const prefix = '2026-01-31 08:00:00.123 UTC|lab|lab|172.16.18.131|';

test.each([
  ['LOG:  connection authorized: user=lab database=lab', 'admitted'],
  ['FATAL:  no pg_hba.conf entry for host "172.16.18.131", user "lab", database "lab", no encryption', 'rejected'],
  ['FATAL:  pg_hba.conf rejects connection for host "172.16.18.131", user "lab", database "lab"', 'rejected'],
])('%s', (line, outcome) => {
  expect(parseLogLine(prefix + line)).toEqual({
    time: '2026-01-31T08:00:00.123Z',
    database: 'lab',
    user: 'lab',
    source: '172.16.18.131',
    outcome,
    line,
  });
});

test.each([
  `${prefix}LOG:  disconnection: session time: 0:00:00.002`,
  '2026-01-31 08:00:00.123 UTC|postgres|postgres|[local]|LOG:  connection authorized: user=postgres',
  '2026-01-31 08:00:00.123 UTC||||LOG:  database system is ready to accept connections',
  'DETAIL:  something',
])('is no connection: %s', (line) => {
  expect(parseLogLine(line)).toBeNull();
});
