import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { readSettings } from './settings.ts';

const folder = mkdtempSync(join(tmpdir(), 'egressproof-settings-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function file(contents: string): string {
  const path = join(folder, 'egressproof.yaml');
  writeFileSync(path, contents);
  return path;
}

test('a flag comes before the environment, the environment before the file, the file before the default', async () => {
  const config = file('stateDir: from-file\nrepeat: 3\nkeep: always\n');
  const settings = await readSettings({ config, keep: 'never' }, { EGRESSPROOF_STATE_DIR: 'from-environment' });
  expect(settings).toMatchObject({ stateDir: 'from-environment', repeat: 3, keep: 'never', adapter: 'bundled' });
});

test.each([
  ['an unknown key', 'concurency: 2', /unknown key concurency \(did you mean concurrency\?\); keys: stateDir/],
  ['a value out of range', 'repeat: 0', /repeat: /],
  ['a value that is not one of the choices', 'keep: sometimes', /keep: /],
  ['what is not YAML', 'a: [', /is not YAML/],
  ['a list', '- a', /must have keys and values/],
])('%s is refused', async (_what, contents, message) => {
  await expect(readSettings({ config: file(contents) }, {})).rejects.toThrow(message);
});

test('a file that was named has to be there', async () => {
  await expect(readSettings({ config: join(folder, 'none.yaml') }, {})).rejects.toThrow(/none\.yaml failed: ENOENT/);
});
