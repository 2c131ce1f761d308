import { mkdir, mkdtempDisposable, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { listAttachments } from '../attachments.ts';
import { writeReports } from '../formats.ts';
import { buildRunResult, serializeRunResult } from '../model/build.ts';
import { sampleFacts, sampleFail, samplePass } from '../model/sample.ts';
import type { CaseResult } from '../model/run-result.ts';
import { verifyReport } from './verify.ts';

const history = ({ checks }: CaseResult): string =>
  checks.map(({ name, outcome }) => `${JSON.stringify({ type: 'check', outcome, name, atUs: 1 })}\n`).join('');
const catalogue = { digest: 'ab'.repeat(32), ids: [samplePass.id, sampleFail.id] };

/** A run as the tool leaves it. */
async function writeRun(folder: string): Promise<void> {
  const cases = [samplePass, sampleFail];
  for (const one of cases) {
    await mkdir(join(folder, 'cases', one.id), { recursive: true });
    await writeFile(join(folder, 'cases', one.id, 'history.jsonl'), history(one));
  }
  const facts = { ...sampleFacts(cases), features: [], attachments: await listAttachments(folder) };
  await writeReports(folder, buildRunResult(facts), ['json', 'junit', 'markdown']);
}

const historyOfFailure = `cases/${sampleFail.id}/history.jsonl`;

/** As somebody would who wants it to look better. */
async function turnGreen(folder: string): Promise<void> {
  const text = await readFile(join(folder, 'report.json'), 'utf8');
  const result = JSON.parse(text) as ReturnType<typeof buildRunResult>;
  const passed = result.cases.map((one): CaseResult => ({
    ...one,
    outcome: 'pass',
    checks: one.checks.map((check) => ({ ...check, outcome: 'pass', violations: [] })),
  }));
  const { apiVersion: _a, kind: _k, result: _r, statistics: _s, ...facts } = result;
  await writeReports(folder, buildRunResult({ ...facts, cases: passed, features: [] }), ['json', 'junit', 'markdown']);
}

test.each<{ what: string; tamper: (folder: string) => Promise<unknown>; problem: RegExp | null }>([
  { what: 'nothing', tamper: () => Promise.resolve(), problem: null },
  {
    what: 'a verdict in the text',
    tamper: async (folder) => {
      const path = join(folder, 'report.json');
      await writeFile(path, (await readFile(path, 'utf8')).replace('"result": "failure"', '"result": "success"'));
    },
    problem: /result: is success, but the cases say failure/,
  },
  {
    what: 'white space',
    tamper: async (folder) => {
      const path = join(folder, 'report.json');
      await writeFile(path, `${await readFile(path, 'utf8')}\n`);
    },
    problem: /not as the tool writes it/,
  },
  {
    what: 'the failure, consistently, with the tool itself',
    tamper: turnGreen,
    problem: /ID-02: the report says "pass source", its history "fail source"/,
  },
  {
    what: 'the failure and its history',
    tamper: async (folder) => {
      await turnGreen(folder);
      const path = join(folder, historyOfFailure);
      await writeFile(path, (await readFile(path, 'utf8')).replace('fail', 'pass'));
    },
    problem: /history\.jsonl has the digest/,
  },
  { what: 'what was recorded', tamper: (folder) => rm(join(folder, historyOfFailure)), problem: /is missing/ },
  {
    what: 'a file more',
    tamper: (folder) => writeFile(join(folder, 'cases', 'notes.txt'), 'x'),
    problem: /notes\.txt is not of the report/,
  },
  {
    what: 'the summary',
    tamper: (folder) => writeFile(join(folder, 'summary.md'), '## all is well\n'),
    problem: /summary\.md does not say/,
  },
])('tampering with $what is seen', async ({ tamper, problem }) => {
  await using folder = await mkdtempDisposable(join(tmpdir(), 'egressproof-reports-'));
  await writeRun(folder.path);
  await tamper(folder.path);
  const { problems } = await verifyReport(folder.path, catalogue);
  if (problem === null) expect(problems).toEqual([]);
  else expect(problems.join('\n')).toMatch(problem);
});

test('a complete run has every case, and none that there is not', async () => {
  await using folder = await mkdtempDisposable(join(tmpdir(), 'egressproof-reports-'));
  await writeRun(folder.path);
  const { problems } = await verifyReport(folder.path, { ...catalogue, ids: ['ID-01', 'ID-99'] });
  expect(problems).toEqual(['there is no case ID-02', 'ID-99 is missing in a run that says to be complete']);
});

test('a report of other cases is told, not refused', async () => {
  await using folder = await mkdtempDisposable(join(tmpdir(), 'egressproof-reports-'));
  await writeRun(folder.path);
  const { problems, notes } = await verifyReport(folder.path, { digest: 'cd'.repeat(32), ids: [] });
  expect(problems).toEqual([]);
  expect(notes).toEqual([
    'the report was made with other cases than this version has (abababababab, here cdcdcdcdcdcd)',
  ]);
});

test('bytes are those of the result', async () => {
  await using folder = await mkdtempDisposable(join(tmpdir(), 'egressproof-reports-'));
  await writeRun(folder.path);
  const text = await readFile(join(folder.path, 'report.json'), 'utf8');
  expect(text).toBe(serializeRunResult(JSON.parse(text) as never));
});
