import { mkdtempDisposable, readFile, readdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { writeFileAtomically } from './atomic-file.ts';

const temporaryFolder = () => mkdtempDisposable(join(tmpdir(), 'egressproof-reports-'));

test('a file is replaced and nothing else is left, missing folders are made', async () => {
  await using folder = await temporaryFolder();
  const path = join(folder.path, 'runs', '1', 'report.json');
  await writeFileAtomically(path, 'old');
  await writeFileAtomically(path, 'new\n');
  expect(await readFile(path, 'utf8')).toBe('new\n');
  expect(await readdir(join(folder.path, 'runs', '1'))).toEqual(['report.json']);
});

test('what cannot be written is named, and the temporary file is gone', async () => {
  await using folder = await temporaryFolder();
  await writeFile(join(folder.path, 'file'), '');
  await expect(writeFileAtomically(join(folder.path, 'file', 'report.json'), 'text')).rejects.toThrow(
    /writing .*report\.json \(4 bytes\) failed: .*file/,
  );
  expect(await readdir(folder.path)).toEqual(['file']);
});

test('the old file stays when it cannot be replaced', async () => {
  await using folder = await temporaryFolder();
  const path = join(folder.path, 'report.json');
  await writeFileAtomically(join(path, 'inside'), 'kept');
  await expect(writeFileAtomically(path, 'text')).rejects.toThrow(/report\.json/);
  expect(await readdir(folder.path)).toEqual(['report.json']);
  expect(await readFile(join(path, 'inside'), 'utf8')).toBe('kept');
});
