import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { imagesFromEnvironment } from '../../clusters/kind/images.ts';
import { providerOf, type ProviderName } from '../../clusters/providers.ts';
import type { CaseResult } from '../../reports/model/run-result.ts';
import { describeFailure } from '../../reports/text/failure.ts';
import { bundled } from '../adapter/bundled.ts';
import type { EgressCase } from '../case/define-case.ts';
import { newRunId } from './run-facts.ts';
import { runSuite } from './run-suite.ts';

/** Registers every case as a test of vitest. The engine is the one of the command line; a test only waits for its case. */
export function registerCases(cases: readonly EgressCase[], providerName: ProviderName): void {
  const stateDir = process.env['EGRESSPROOF_STATE_DIR'] ?? '.egressproof';
  const provider = providerOf(providerName, { kind: { images: imagesFromEnvironment(process.env) } });
  const flags = providerName === 'netns' ? '' : ` --provider ${providerName}`;
  const results = new Map(cases.map(({ id }) => [id, Promise.withResolvers<CaseResult>()]));
  for (const { promise } of results.values()) promise.catch(() => {}); // a test may not have come to its case yet
  const stop = new AbortController();
  let suite: Promise<unknown> = Promise.resolve();

  beforeAll(() => {
    const runId = newRunId();
    const runDir = join(resolve(stateDir), 'runs', runId);
    mkdirSync(runDir, { recursive: true });
    suite = runSuite(cases, {
      provider,
      adapter: bundled,
      stateDir,
      runId: runId.toLowerCase(),
      runDir,
      keep: 'never',
      repeat: 1,
      failFast: false,
      signal: stop.signal,
      repeatCommand: (id) => `npx egressproof test ${id}${flags}`,
      progress: () => {},
      onResult: (result) => results.get(result.id)?.resolve(result),
    }).then(({ setUpFailure = 'the run ended before it' }) => {
      for (const { reject } of results.values()) reject(new Error(setUpFailure));
    });
    suite.catch((error: unknown) => {
      for (const { reject } of results.values()) reject(error);
    });
  });

  afterAll(async () => {
    stop.abort();
    await suite;
  });

  describe.each(cases)('$id', ({ id, title }) => {
    test(`${title}`, async ({ skip }) => {
      const result = await results.get(id)?.promise;
      if (result?.outcome === 'skip') skip(`${id}: ${result.reason ?? 'no reason given'}`);
      expect(result?.outcome, result && describeFailure(result).join('\n')).toBe('pass');
    });
  });
}
