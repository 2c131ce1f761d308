import { writeFileAtomically } from '../atomic-file.ts';
import { serializeRunResult } from '../model/build.ts';
import { parseRunResult } from '../model/run-result.ts';
import type { RunResult } from '../model/run-result.ts';

/**
 * The result as a program reads it; the other reports can be made from this file again.
 * @throws InvalidRunResultError before anything is written.
 */
export async function writeJSON(path: string, result: RunResult): Promise<void> {
  await writeFileAtomically(path, serializeRunResult(parseRunResult(result)));
}
