import { glob } from 'node:fs/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { join } from 'node:path';
import type { EgressCase } from '../case/define-case.ts';

export interface LoadedCase {
  readonly definition: EgressCase;
  /** Relative to the suites folder, e.g. `identity/id-01-one-pod.case.ts`. */
  readonly file: string;
}

const suites = fileURLToPath(new URL('../../suites', import.meta.url));

/** All cases, found by their file names, in the order of their ids. */
export async function loadCases(): Promise<LoadedCase[]> {
  const files: string[] = [];
  for await (const file of glob('**/*.case.ts', { cwd: suites })) files.push(file);
  const loaded = files.map(async (file): Promise<LoadedCase> => {
    const module = (await import(pathToFileURL(join(suites, file)).href)) as { default?: EgressCase };
    if (module.default === undefined)
      throw new Error(`suites/${file} has no default export; it must be a defineCase()`);
    return { definition: module.default, file };
  });
  return (await Promise.all(loaded)).sort((a, b) => (order(a.definition.id) < order(b.definition.id) ? -1 : 1));
}

/** The groups in the order of the catalogue. */
const groups = [
  'FIG',
  'ID',
  'SEL',
  'EXC',
  'LIF',
  'POOL',
  'HA',
  'CONN',
  'DS',
  'PROTO',
  'QOS',
  'SCALE',
  'PERF',
  'SEC',
  'BAD',
  'OBS',
];

function order(id: string): string {
  const [group = '', number = ''] = id.split('-');
  return `${String(groups.indexOf(group)).padStart(3, '0')}-${number}`;
}
