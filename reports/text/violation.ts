import type { Violation } from '../model/run-result.ts';

/**
 * One line that says who sent what where, what the outside saw instead of what, and how often, e.g.
 * `pod lab/a (10.203.1.7 on node-1) -> witness 172.16.20.20:8080/tcp: source 172.16.18.121 (node-1), expected
 * 172.16.18.131; 3 of 20 connections, first at +412 ms`.
 */
export function describeViolation(violation: Violation): string {
  const { destination, protocol, count, of, firstAtMs } = violation;
  const often = `${count} of ${of} ${of === 1 ? 'connection' : 'connections'}`;
  return (
    `${describeSender(violation)} -> ${destination}/${protocol}: ${describeSeen(violation)}, ` +
    `${describeExpected(violation.expected)}; ${often}, first at +${Math.round(firstAtMs)} ms`
  );
}

function describeSender({ namespace, pod, podIP, node }: Violation): string {
  const who = pod === null ? 'no known pod' : `pod ${namespace === null ? '' : `${namespace}/`}${pod}`;
  const where = [podIP, node === null ? null : `on ${node}`].filter((part) => part !== null);
  return where.length === 0 ? who : `${who} (${where.join(' ')})`;
}

function describeSeen({ seen, seenOwner, ended }: Violation): string {
  if (seen === null) return `nothing arrived${ended === undefined ? '' : ` (${ended})`}`;
  return `source ${seen}${seenOwner === undefined ? '' : ` (${seenOwner})`}`;
}

function describeExpected(expected: readonly string[]): string {
  if (expected.length === 0) return 'expected nothing to arrive';
  return expected.length === 1 ? `expected ${expected[0]}` : `expected one of ${expected.join(', ')}`;
}
