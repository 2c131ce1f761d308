/**
 * `npm test`: everything that this machine can run without Docker; with --kind what needs it (`npm run test:kind`).
 * Says what it left out, and why; the last line counts: N passed, N failed, N skipped.
 */
import { startVitest } from 'vitest/node';
import type { TestCase, Vitest } from 'vitest/node';
import { defaultImages, imagesFromEnvironment } from '../../clusters/kind/images.ts';
import { checkKindRequirements } from '../../clusters/kind/requirements.ts';
import { checkRequirements, installNft } from '../../clusters/netns/requirements.ts';
import type { Requirement } from '../../clusters/requirement.ts';

const say = (line: string): void => void process.stdout.write(`${line}\n`);

const [first, ...others] = process.argv.slice(2);
const isKind = first === '--kind';
const missing = missingOf(isKind ? await kindRequirements() : await embeddedRequirements());
const lanes = isKind ? ['kind'] : ['unit', 'browser', ...(missing.length === 0 ? ['netns', 'suites'] : [])];
if (isKind && missing.length > 0) {
  say('the tests on clusters of kind cannot run here:');
  for (const line of missing) say(`  ${line}`);
  say('0 passed, 0 failed, 1 skipped');
  process.exit(1);
}
const vitest = await startVitest('test', isKind ? others : process.argv.slice(2), {
  watch: false,
  project: lanes,
  reporters: ['default'],
});
const tests = testsOf(vitest);
const count = (state: string): number => tests.filter((test) => test.result().state === state).length;
const reasons = Map.groupBy(tests.filter(isSkipped), reasonOf);
const broken = vitest.state.getUnhandledErrors().length + modulesThatFailed(vitest);
await vitest.close();

for (const [reason, skipped] of reasons) say(`skipped ${skipped.length}: ${reason}`);
if (!isKind) say('skipped 1: the tests on clusters of kind, which need Docker and kind: npm run test:kind');
if (missing.length > 0) {
  say('skipped the tests that need network namespaces, and the conformance suite:');
  for (const line of missing) say(`  ${line}`);
}
const failed = count('failed') + broken + (count('passed') === 0 ? 1 : 0);
const leftOut = (isKind ? 0 : 1) + (missing.length > 0 ? 1 : 0);
say(`${count('passed')} passed, ${failed} failed, ${count('skipped') + count('pending') + leftOut} skipped`);
process.exit(failed === 0 ? 0 : 1);

/** Of the embedded cluster; nft is installed first where that is allowed. */
async function embeddedRequirements(): Promise<readonly Requirement[]> {
  const found = await checkRequirements();
  const installed = found.some(({ name, ok }) => name === 'nft' && !ok) && (await installNft(say));
  return installed ? checkRequirements() : found;
}

function kindRequirements(): Promise<readonly Requirement[]> {
  return checkKindRequirements({ ...defaultImages, ...imagesFromEnvironment(process.env) });
}

function missingOf(requirements: readonly Requirement[]): string[] {
  return requirements.filter(({ ok }) => !ok).map(({ name, found, remedy }) => `${name}: ${found}; ${remedy}`);
}

function testsOf({ state }: Vitest): TestCase[] {
  return state.getTestModules().flatMap((module) => [...module.children.allTests()]);
}

/** A file that could not even be loaded has no tests to fail. */
function modulesThatFailed({ state }: Vitest): number {
  return state.getTestModules().filter((module) => module.errors().length > 0).length;
}

function isSkipped(test: TestCase): boolean {
  return ['skipped', 'pending'].includes(test.result().state);
}

function reasonOf(test: TestCase): string {
  const result = test.result();
  return (result.state === 'skipped' ? result.note : undefined) ?? `${test.module.relativeModuleId}: no reason given`;
}
