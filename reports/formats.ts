import { join } from 'node:path';
import { stringify } from 'yaml';
import { writeFileAtomically } from './atomic-file.ts';
import { renderBadge, renderBadgeEndpoint } from './badge/render.ts';
import { writeHTML } from './html/write.ts';
import { renderJUnit } from './junit/render.ts';
import { renderMarkdown } from './markdown/render.ts';
import { serializeRunResult } from './model/build.ts';
import { parseRunResult, type RunResult } from './model/run-result.ts';

type Writer = (folder: string, result: RunResult) => Promise<void>;

const file =
  (name: string, render: (result: RunResult) => string): Writer =>
  (folder, result) =>
    writeFileAtomically(join(folder, name), render(result));

/** Every report, and what it puts into a folder. All are made from the result alone. */
export const formats = {
  json: file('report.json', serializeRunResult),
  yaml: file('report.yaml', (result) => stringify(JSON.parse(serializeRunResult(result)), { lineWidth: 0 })),
  junit: file('junit.xml', renderJUnit),
  markdown: file('summary.md', renderMarkdown),
  badge: async (folder, result) => {
    await file('badge.svg', renderBadge)(folder, result);
    await file('badge.json', renderBadgeEndpoint)(folder, result);
  },
  html: (folder, result) => writeHTML(join(folder, 'html'), result),
} as const satisfies Readonly<Record<string, Writer>>;

export type Format = keyof typeof formats;

/**
 * Writes reports into the folder of a run.
 * @throws InvalidRunResultError before anything is written.
 */
export async function writeReports(folder: string, result: RunResult, wanted: readonly Format[]): Promise<void> {
  // As it is read from report.json, so that a report that is made anew later is the same.
  const read = parseRunResult(JSON.parse(serializeRunResult(parseRunResult(result))));
  for (const format of wanted) await formats[format](folder, read);
}
