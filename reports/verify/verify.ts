import { readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { listAttachments } from '../attachments.ts';
import { renderJUnit } from '../junit/render.ts';
import { renderMarkdown } from '../markdown/render.ts';
import { serializeRunResult } from '../model/build.ts';
import { InvalidRunResultError, parseRunResult, type CaseResult, type RunResult } from '../model/run-result.ts';

/** The cases that there are, as whoever verifies knows them. */
export interface Catalogue {
  readonly digest: string;
  readonly ids: readonly string[];
}

export interface Verification {
  /** What does not agree, each in a sentence; empty where everything does. */
  readonly problems: readonly string[];
  /** What could not be looked at. */
  readonly notes: readonly string[];
}

/** Reports that are made from the result alone, and so have to be what it makes. */
const derived = { 'junit.xml': renderJUnit, 'summary.md': renderMarkdown } as const;

/**
 * Whether the report in a folder is what the tool has written, and agrees with what the run recorded: schema, bytes,
 * digests, the verdict of each check in the history of its case, and the cases that there should be.
 */
export async function verifyReport(folder: string, catalogue: Catalogue): Promise<Verification> {
  const file = join(folder, 'report.json');
  const text = await readFile(file, 'utf8');
  let result: RunResult;
  try {
    result = parseRunResult(JSON.parse(text));
  } catch (error) {
    if (error instanceof InvalidRunResultError || error instanceof SyntaxError)
      return { problems: [`report.json is ${error.message}`], notes: [] };
    throw error;
  }
  const written =
    text === serializeRunResult(result) ? [] : ['report.json is not as the tool writes it: it was edited'];
  const others = await Promise.all(
    Object.entries(derived).map(([name, render]) => compareDerived(folder, name, render(result))),
  );
  const attached = await compareAttachments(folder, result);
  const cases = await Promise.all(result.cases.map((one) => compareHistory(folder, one)));
  const known = compareCatalogue(result, catalogue);
  return {
    problems: [
      ...written,
      ...others.flat(),
      ...attached,
      ...cases.flatMap(({ problems }) => problems),
      ...known.problems,
    ],
    notes: [...cases.flatMap(({ notes }) => notes), ...known.notes],
  };
}

async function compareDerived(folder: string, name: string, expected: string): Promise<string[]> {
  const found = await readFile(join(folder, name), 'utf8').catch(() => null);
  return found === null || found === expected ? [] : [`${name} does not say what report.json says`];
}

async function compareAttachments(folder: string, { attachments }: RunResult): Promise<string[]> {
  const found = new Map((await listAttachments(folder)).map((one) => [one.path, one]));
  const wrong = attachments.flatMap(({ path, bytes, sha256 }) => {
    const there = found.get(path);
    if (there === undefined) return [`${path} is missing`];
    if (there.bytes !== bytes) return [`${path} has ${there.bytes} bytes, the report says ${bytes}`];
    return there.sha256 === sha256 ? [] : [`${path} has the digest ${there.sha256}, the report says ${sha256}`];
  });
  const known = new Set(attachments.map(({ path }) => path));
  const extra = [...found.keys()].filter((path) => !known.has(path));
  return [...wrong, ...extra.map((path) => `${path} is not of the report`)];
}

/** What the checks of a case said when they were made, against what the report says of them. */
async function compareHistory(
  folder: string,
  { id, evidence, checks }: CaseResult,
): Promise<{ problems: string[]; notes: string[] }> {
  if (evidence === undefined) return { problems: [], notes: [] };
  if (evidence !== `cases/${id}`)
    return { problems: [`${id}: its evidence is in ${evidence}, not in cases/${id}`], notes: [] };
  const recorded = await recordedChecks(join(folder, evidence, 'history.jsonl'));
  if (recorded === null) return { problems: [], notes: [`${id}: without its history its checks cannot be compared`] };
  const reported = checks.map(({ name, outcome }) => `${outcome} ${name}`);
  if (recorded.length === reported.length && recorded.every((line, index) => line === reported[index]))
    return { problems: [], notes: [] };
  const at = Math.max(
    0,
    reported.findIndex((line, index) => line !== recorded[index]),
  );
  const problem = `${id}: the report says "${reported[at] ?? 'nothing'}", its history "${recorded[at] ?? 'nothing'}"`;
  return { problems: [problem], notes: [] };
}

async function recordedChecks(path: string): Promise<string[] | null> {
  const found: string[] = [];
  try {
    for await (const line of createInterface({ input: createReadStream(path) })) {
      if (!line.startsWith('{"type":"check"')) continue;
      const { outcome, name } = JSON.parse(line) as { outcome: string; name: string };
      found.push(`${outcome} ${name}`);
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
  return found;
}

function compareCatalogue(
  { run, suite, cases }: RunResult,
  { digest, ids }: Catalogue,
): { problems: string[]; notes: string[] } {
  if (suite.catalogue !== digest) {
    const note = `the report was made with other cases than this version has (${suite.catalogue.slice(0, 12)}, here ${digest.slice(0, 12)})`;
    return { problems: [], notes: [note] };
  }
  const reported = new Set(cases.map(({ id }) => id));
  const unknown = [...reported].filter((id) => !ids.includes(id));
  const absent = run.complete ? ids.filter((id) => !reported.has(id)) : [];
  return {
    problems: [
      ...unknown.map((id) => `there is no case ${id}`),
      ...absent.map((id) => `${id} is missing in a run that says to be complete`),
    ],
    notes: [],
  };
}
