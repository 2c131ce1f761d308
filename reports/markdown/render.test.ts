import { expect, test } from 'vitest';
import { buildRunResult } from '../model/build.ts';
import { sampleFacts, sampleFail, samplePass, sampleSkip } from '../model/sample.ts';
import { renderMarkdown } from './render.ts';

const facts = sampleFacts([samplePass, sampleFail, sampleSkip]);

test('the verdict, the counts, and each failure with the command that repeats it', () => {
  const text = renderMarkdown(buildRunResult(facts));
  expect(text).toContain(': failure\n');
  expect(text).toContain('| core | 1 | 1 | 0 | 0 |');
  expect(text).toContain('    source: 3 of 20 connections had another source');
  expect(text).toContain('Repeat: `npx egressproof test ID-02 --seed 42`');
});

test('what came from elsewhere is no markup', () => {
  const implementation = { ...facts.implementation, name: 'a|b <script> [x](y) `c`' };
  const [heading] = renderMarkdown(buildRunResult({ ...facts, implementation })).split('\n');
  expect(heading).toContain(String.raw`a\|b &lt;script> \[x\](y) \`c\``);
});
