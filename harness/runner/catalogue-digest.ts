import { createHash } from 'node:crypto';
import type { EgressCase } from '../case/define-case.ts';

/** What identifies the cases that there are: their ids, levels and features. */
export function catalogueDigest(cases: readonly EgressCase[]): string {
  const lines = cases.map(({ id, level, features, title }) =>
    [id, level, [...features].sort().join(' '), title].join('\t'),
  );
  return createHash('sha256').update(lines.sort().join('\n')).digest('hex');
}
