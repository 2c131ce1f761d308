import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from 'vitest';
import { run } from '../../agent/linux/exec.ts';

const program = fileURLToPath(new URL('./egressproof.js', import.meta.url));
const cwd = mkdtempSync(join(tmpdir(), 'egressproof-cli-'));
afterAll(() => rmSync(cwd, { recursive: true, force: true }));

test.each([
  ['an unknown command', ['tset'], 64, /unknown command 'tset'[^]*Did you mean test\?/],
  [
    'an unknown flag',
    ['test', '--concurency', '2'],
    64,
    /unknown option '--concurency'[^]*Did you mean --concurrency\?/,
  ],
  ['a value that is no choice', ['up', '--adapter', 'bundeld'], 64, /Allowed choices are/],
  ['an unknown case', ['test', 'ID-99'], 64, /there is no case ID-99/],
  ['an unknown feature', ['test', '--feature', 'SharedIp2'], 64, /no feature SharedIp2 \(did you mean SharedIP\?\)/],
  ['a broken pattern', ['test', '--case', '('], 64, /--case: Invalid regular expression/],
  ['an unknown defect', ['selftest', '--defect', 'snat-mising'], 64, /did you mean snat-missing\?/],
  ['a cluster that does not run', ['test', '--cluster', 'nobody'], 64, /nobody/],
  ['an unknown list', ['list', 'case'], 64, /nothing called case to list \(did you mean cases\?\)/],
  ['a number that is none', ['test', '--repeat', 'often'], 64, /repeat: /],
  ['help', ['--help'], 0, /Usage: egressproof/],
  ['the version', ['--version'], 0, /^\d+\.\d+\.\d+\n$/],
  ['the cases', ['list'], 0, /ID-01 +core /],
  ['no clusters', ['list', 'clusters'], 0, /^/],
])('%s', async (_what, argv, exitCode, output) => {
  const result = await run([process.execPath, program, ...argv], { cwd, allowFailure: true });
  expect(result.stdout + result.stderr).toMatch(output);
  expect(result.exitCode).toBe(exitCode);
});
