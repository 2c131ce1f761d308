import { mkdtempDisposable, readFile, readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { formats, writeReports, type Format } from './formats.ts';
import { buildRunResult } from './model/build.ts';
import { InvalidRunResultError, parseRunResult } from './model/run-result.ts';
import { sampleFacts, sampleFail, samplePass } from './model/sample.ts';

const result = buildRunResult(sampleFacts([samplePass, sampleFail]));
const all = Object.keys(formats) as Format[];

test.each(['json', 'yaml'] as const)('what is written as %s is the result', async (format) => {
  await using folder = await mkdtempDisposable(join(tmpdir(), 'egressproof-reports-'));
  await writeReports(folder.path, result, [format]);
  expect(parseRunResult(parse(await readFile(join(folder.path, `report.${format}`), 'utf8')))).toEqual(result);
});

test('every report has its file', async () => {
  await using folder = await mkdtempDisposable(join(tmpdir(), 'egressproof-reports-'));
  await writeReports(folder.path, result, all);
  expect((await readdir(folder.path)).sort()).toEqual([
    'badge.json',
    'badge.svg',
    'html',
    'junit.xml',
    'report.json',
    'report.yaml',
    'summary.md',
  ]);
});

test('an invalid result is refused before anything is written', async () => {
  await using folder = await mkdtempDisposable(join(tmpdir(), 'egressproof-reports-'));
  const written = writeReports(folder.path, { ...result, result: 'success' }, all);
  await expect(written).rejects.toThrow(InvalidRunResultError);
  expect(await readdir(folder.path)).toEqual([]);
});
