import { join, resolve } from 'node:path';
import { verifyReport } from '../../reports/verify/verify.ts';
import { catalogueDigest } from '../runner/catalogue-digest.ts';
import { loadCases } from '../runner/load-cases.ts';
import type { CommandContext } from './context.ts';
import { exitCodes } from './exit-codes.ts';
import { readRun } from './report.ts';

/** Whether a report is what the tool has written, and agrees with what the run recorded. */
export async function verifyReportCommand({ settings, args, print, note }: CommandContext): Promise<number> {
  const folder = resolve(args[0] ?? join(settings.stateDir, 'runs', 'latest'));
  const cases = (await loadCases()).map(({ definition }) => definition);
  const catalogue = { digest: catalogueDigest(cases), ids: cases.map(({ id }) => id) };
  const { problems, notes } = await verifyReport(folder, catalogue);
  for (const line of notes) note(`not verified: ${line}`);
  for (const line of problems) print(line);
  if (problems.length > 0) {
    print(`${folder}: ${problems.length} ${problems.length === 1 ? 'contradiction' : 'contradictions'}`);
    return exitCodes.failed;
  }
  const { result } = await readRun(folder);
  print(`${folder}: ${result.result}, as it was run; ${result.attachments.length} files have their digests`);
  return exitCodes.passed;
}
