/**
 * `npm test`: everything that this machine can run. Says what it left out, and why; the last line counts:
 * N passed, N failed, N skipped.
 */
import { startVitest } from 'vitest/node';
import type { TestCase, Vitest } from 'vitest/node';
import { checkRequirements, installNft } from '../../clusters/netns/requirements.ts';

const say = (line: string): void => void process.stdout.write(`${line}\n`);

const missing = await whatIsMissing();
const projects = missing.length === 0 ? ['unit', 'netns', 'suites'] : ['unit'];
const vitest = await startVitest('test', process.argv.slice(2), {
  watch: false,
  project: projects,
  reporters: ['default'],
});
const tests = testsOf(vitest);
const count = (state: string): number => tests.filter((test) => test.result().state === state).length;
const reasons = Map.groupBy(tests.filter(isSkipped), reasonOf);
const broken = vitest.state.getUnhandledErrors().length + modulesThatFailed(vitest);
await vitest.close();

for (const [reason, skipped] of reasons) say(`skipped ${skipped.length}: ${reason}`);
if (missing.length > 0) {
  say('skipped the tests that need network namespaces, and the conformance suite:');
  for (const line of missing) say(`  ${line}`);
}
const failed = count('failed') + broken + (count('passed') === 0 ? 1 : 0);
say(
  `${count('passed')} passed, ${failed} failed, ${count('skipped') + count('pending') + (missing.length > 0 ? 1 : 0)} skipped`,
);
process.exit(failed === 0 ? 0 : 1);

/** One line for each requirement of the embedded cluster that is not met, nft installed first where that is allowed. */
async function whatIsMissing(): Promise<string[]> {
  const first = await checkRequirements();
  const installed = first.some(({ name, ok }) => name === 'nft' && !ok) && (await installNft(say));
  return (installed ? await checkRequirements() : first)
    .filter(({ ok }) => !ok)
    .map(({ name, found, remedy }) => `${name}: ${found}; ${remedy}`);
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
