import type { DatabaseConnection } from '../cluster.ts';

/** Time, database, user and client of every log line, so that a line can be told apart without guessing. */
export const LOG_LINE_PREFIX = '%m|%d|%u|%h|';

/** A connection that the server admitted or rejected; null for any other line. */
export function parseLogLine(line: string): DatabaseConnection | null {
  const [time, database, user, source, ...rest] = line.split('|');
  const message = rest.join('|');
  const outcome = message.startsWith('LOG:  connection authorized')
    ? 'admitted'
    : message.startsWith('FATAL:  no pg_hba.conf entry for host') ||
        message.startsWith('FATAL:  pg_hba.conf rejects connection for host')
      ? 'rejected'
      : null;
  if (outcome === null || !time || !database || !user || !source || source === '[local]') return null;
  return { time: rfc3339(time), database, user, source, outcome, line: message };
}

/** `2026-01-31 08:00:00.123 UTC` as RFC 3339; the server logs in UTC. */
const rfc3339 = (time: string): string => `${time.slice(0, 23).replace(' ', 'T')}Z`;
