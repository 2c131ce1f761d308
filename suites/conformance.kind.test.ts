import { loadCases } from '../harness/runner/load-cases.ts';
import { registerCases } from '../harness/runner/vitest.ts';

registerCases(
  (await loadCases()).map(({ definition }) => definition),
  'kind',
);
