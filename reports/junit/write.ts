import { writeFileAtomically } from '../atomic-file.ts';
import { renderJUnit } from './render.ts';
import type { RunResult } from '../model/run-result.ts';

export async function writeJUnit(path: string, result: RunResult): Promise<void> {
  await writeFileAtomically(path, renderJUnit(result));
}
