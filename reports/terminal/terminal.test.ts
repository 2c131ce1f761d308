import { PassThrough } from 'node:stream';
import { WriteStream } from 'node:tty';
import { afterEach, expect, test, vi } from 'vitest';
import { buildRunResult } from '../model/build.ts';
import { sampleError, sampleFacts, sampleFail, samplePass, sampleSkip, sampleUnknown } from '../model/sample.ts';
import { renderCaseLine } from './case-line.ts';
import { plain } from './paint.ts';
import { reportToTerminal } from './report.ts';
import { renderSummary } from './summary.ts';

afterEach(() => void vi.unstubAllEnvs());

const all = [samplePass, sampleFail, sampleUnknown, sampleError, sampleSkip];

test('a line a case', () => {
  const lines = all.map((each, index) => renderCaseLine(each, { index: index + 1, total: 12 }, plain));
  expect(lines.join('\n')).toMatchInlineSnapshot(`
    "[ 1/12] pass    ID-01  a selected pod reaches the outside from its Egress IP  812 ms
    [ 2/12] fail    ID-02  a pod on another node leaves with the same Egress IP  1.2 s
    [ 3/12] unknown ID-03  every connection is accounted for: the probe was 84 ms late, more than 20 ms  812 ms
    [ 4/12] error   ID-04  an unselected pod keeps its node address: pod lab/a did not become ready within 10,000 ms; last phase Pending  0 ms
    [ 5/12] skip    ID-10  SCTP leaves with the Egress IP: the kernel has no SCTP"
  `);
});

test('the summary says what failed, where to look, how to repeat it, and counts last', () => {
  expect(renderSummary(buildRunResult(sampleFacts(all)), '.egressproof/runs/1', plain)).toMatchInlineSnapshot(`
    "
    fail  ID-02  a pod on another node leaves with the same Egress IP
      source: 3 of 20 connections had another source
        pod lab/a (10.203.1.7 on node-1) -> witness 172.16.20.20:8080/tcp: source 172.16.18.121 (node-1), expected 172.16.18.131; 3 of 20 connections, first at +412 ms
      evidence: .egressproof/runs/1/cases/ID-02
      repeat:   npx egressproof test ID-02 --seed 42

    unknown  ID-03  every connection is accounted for
      the probe was 84 ms late, more than 20 ms
      accounted: unknown: the probe was 84 ms late
      evidence: .egressproof/runs/1/cases/ID-01
      repeat:   npx egressproof test ID-03 --seed 42

    error  ID-04  an unselected pod keeps its node address
      pod lab/a did not become ready within 10,000 ms; last phase Pending
      evidence: .egressproof/runs/1/cases/ID-01
      repeat:   npx egressproof test ID-04 --seed 42

    levels
      core      1 passed, 1 failed, 1 unknown, 1 error
      extended  1 skipped

    features
      Core      failed        egress-ip.v4 (1 of 4 failed)
      Protocol  not declared  sctp

    declared
      emptySelection  nothing
      settleMs        10000

    measured
      latenessMs  0.4 (ID-01)

    limitation: single host: all nodes share one kernel and its processors
    results: .egressproof/runs/1
    failure (bundled 0.1.0 on netns/egress, 41.3 s, seed 42)
    without a verdict, counted as failed: 1 unknown, 1 not run to the end
    1 passed, 3 failed, 1 skipped
    "
  `);
});

test('a run without failures is short', () => {
  const summary = renderSummary(buildRunResult(sampleFacts([samplePass, sampleSkip])), '.egressproof/runs/1', plain);
  expect(summary).toMatchInlineSnapshot(`
    "
    levels
      core      1 passed
      extended  1 skipped

    features
      Core      proven        egress-ip.v4
      Protocol  not declared  sctp

    declared
      emptySelection  nothing
      settleMs        10000

    measured
      latenessMs  0.4 (ID-01)

    limitation: single host: all nodes share one kernel and its processors
    results: .egressproof/runs/1
    success: every core and claimed case passed (bundled 0.1.0 on netns/egress, 41.3 s, seed 42)
    1 passed, 0 failed, 1 skipped
    "
  `);
});

test('a testbed that failed is told', () => {
  const facts = sampleFacts([]);
  const run = { ...facts.run, complete: false, setUpFailure: 'user namespaces are not allowed' };
  expect(renderSummary(buildRunResult({ ...facts, run }), '.egressproof/runs/1', plain)).toMatchInlineSnapshot(`
    "
    set-up  user namespaces are not allowed

    limitation: single host: all nodes share one kernel and its processors
    results: .egressproof/runs/1
    inconclusive: nothing failed, but not everything could be judged (bundled 0.1.0 on netns/egress, 41.3 s, seed 42)
    without a verdict, counted as failed: the set-up of the testbed
    0 passed, 1 failed, 0 skipped
    "
  `);
});

test('many violations of one check are counted, not listed', () => {
  const [check] = sampleFail.checks;
  const violations = Array.from({ length: 12 }, (_, index) => ({ ...check!.violations[0]!, firstAtMs: index }));
  const many = { ...sampleFail, checks: [{ ...check!, violations }] };
  const summary = renderSummary(buildRunResult(sampleFacts([many])), 'runs/1', plain);
  expect(summary.match(/first at/g)).toHaveLength(10);
  expect(summary).toContain('    and 2 more\n');
});

test('a stream that is no terminal gets no colours', () => {
  const stream = new PassThrough();
  const report = reportToTerminal(stream);
  report.caseEnded(sampleFail, { index: 1, total: 1 });
  report.runEnded(buildRunResult(sampleFacts([sampleFail])), 'runs/1');
  const text = String(stream.read());
  expect(text).not.toContain('\u001b');
  expect(text.trimEnd().split('\n').at(-1)).toBe('0 passed, 1 failed, 0 skipped');
});

test.each([
  { environment: { TERM: 'xterm' }, coloured: true },
  { environment: { NO_COLOR: '1' }, coloured: false },
  { environment: { TERM: 'dumb' }, coloured: false },
])('on a terminal with $environment: coloured is $coloured', ({ environment, coloured }) => {
  const stream = Object.assign(new PassThrough(), {
    isTTY: true,
    getColorDepth: () => WriteStream.prototype.getColorDepth(),
  });
  for (const name of ['NO_COLOR', 'FORCE_COLOR', 'NODE_DISABLE_COLORS', 'CI']) vi.stubEnv(name, undefined);
  vi.stubEnv('TERM', 'xterm-256color');
  for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value);
  reportToTerminal(stream).caseEnded(sampleFail, { index: 1, total: 1 });
  expect(String(stream.read()).includes('\u001b[31m')).toBe(coloured);
});
