import { expect, test } from 'vitest';
import { sampleViolation } from '../model/sample.ts';
import { describeViolation } from './violation.ts';
import type { Violation } from '../model/run-result.ts';

const table: readonly { change: Partial<Violation>; line: string }[] = [
  {
    change: {},
    line: 'pod lab/a (10.203.1.7 on node-1) -> witness 172.16.20.20:8080/tcp: source 172.16.18.121 (node-1), expected 172.16.18.131; 3 of 20 connections, first at +412 ms',
  },
  {
    change: { seen: null, ended: 'timed out', expected: ['172.16.18.131', '172.16.18.132'], count: 1, of: 1 },
    line: 'pod lab/a (10.203.1.7 on node-1) -> witness 172.16.20.20:8080/tcp: nothing arrived (timed out), expected one of 172.16.18.131, 172.16.18.132; 1 of 1 connection, first at +412 ms',
  },
  {
    change: { expected: [], firstAtMs: 0.4 },
    line: 'pod lab/a (10.203.1.7 on node-1) -> witness 172.16.20.20:8080/tcp: source 172.16.18.121 (node-1), expected nothing to arrive; 3 of 20 connections, first at +0 ms',
  },
  {
    change: { namespace: null, pod: null, node: null, seen: '10.203.1.7' },
    line: 'no known pod (10.203.1.7) -> witness 172.16.20.20:8080/tcp: source 10.203.1.7 (node-1), expected 172.16.18.131; 3 of 20 connections, first at +412 ms',
  },
];

test.each(table)('$line', ({ change, line }) => {
  expect(describeViolation({ ...sampleViolation, ...change })).toBe(line);
});
