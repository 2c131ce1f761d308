import { loadCases } from '../harness/runner/load-cases.ts';
import { registerCases } from '../harness/runner/vitest.ts';

registerCases(
  (await loadCases()).map(({ definition }) => definition),
  process.env['EGRESSPROOF_STATE_DIR'] ?? '.egressproof',
);
