import { mkdtempDisposable, readFile, readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { buildRunResult } from '../model/build.ts';
import { InvalidRunResultError, parseRunResult } from '../model/run-result.ts';
import { sampleFacts, sampleFail, samplePass } from '../model/sample.ts';
import { writeJSON } from './write.ts';

const result = buildRunResult(sampleFacts([samplePass, sampleFail]));

test('what is written is the result', async () => {
  await using folder = await mkdtempDisposable(join(tmpdir(), 'egressproof-reports-'));
  const path = join(folder.path, 'report.json');
  await writeJSON(path, result);
  expect(parseRunResult(JSON.parse(await readFile(path, 'utf8')))).toEqual(result);
});

test('an invalid result is refused before anything is written', async () => {
  await using folder = await mkdtempDisposable(join(tmpdir(), 'egressproof-reports-'));
  const written = writeJSON(join(folder.path, 'report.json'), { ...result, result: 'success' });
  await expect(written).rejects.toThrow(InvalidRunResultError);
  expect(await readdir(folder.path)).toEqual([]);
});
