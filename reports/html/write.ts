import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeFileAtomically } from '../atomic-file.ts';
import type { RunResult } from '../model/run-result.ts';
import { renderCasePage } from './case-page.ts';
import { renderIndexPage } from './index-page.ts';

/** A folder that opens from `file://`: index.html, a page for each case, and a stylesheet. */
export async function writeHTML(folder: string, result: RunResult): Promise<void> {
  const style = await readFile(new URL('report.css', import.meta.url), 'utf8');
  await writeFileAtomically(join(folder, 'report.css'), style);
  for (const one of result.cases)
    await writeFileAtomically(join(folder, 'cases', `${one.id}.html`), renderCasePage(result, one));
  await writeFileAtomically(join(folder, 'index.html'), renderIndexPage(result));
}
