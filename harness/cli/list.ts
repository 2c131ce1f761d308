import { listClusters } from '../../clusters/providers.ts';
import { features } from '../case/features.ts';
import { defects } from '../defects/names.ts';
import { loadCases } from '../runner/load-cases.ts';
import { textTable } from '../demo/text-table.ts';
import type { CommandContext } from './context.ts';
import { exitCodes, UsageError } from './exit-codes.ts';
import { didYouMean } from './suggest.ts';

const kinds = ['cases', 'features', 'defects', 'clusters'] as const;

/** Lists cases (the default), features, defects or clusters, without running anything. */
export async function list({ args, flags, settings, print }: CommandContext): Promise<number> {
  const wanted = args[0] ?? 'cases';
  const kind = kinds.find((one) => one === wanted);
  if (kind === undefined)
    throw new UsageError(
      `there is nothing called ${wanted} to list${didYouMean(wanted, kinds)}; lists: ${kinds.join(', ')}`,
    );
  const rows = await rowsOf(kind, settings.stateDir);
  if (flags['output'] === 'json') print(JSON.stringify(rows, null, 2));
  else for (const line of table(rows)) print(line);
  return exitCodes.passed;
}

type Row = Readonly<Record<string, string | readonly string[] | boolean | number>>;

async function rowsOf(kind: (typeof kinds)[number], stateDir: string): Promise<Row[]> {
  switch (kind) {
    case 'cases':
      return (await loadCases()).map(({ definition: { id, level, topology, features: wanted, title } }) => ({
        id,
        level,
        topology,
        features: wanted,
        title,
      }));
    case 'features':
      return Object.entries(features).map(([name, { level, means }]) => ({ name, level, means }));
    case 'defects':
      return Object.entries(defects).map(([name, means]) => ({ name, means }));
    case 'clusters':
      return (await listClusters(stateDir)).map((one) => ({ ...one }));
  }
}

/** Lists of names are left out, they are for programs. */
function table(rows: readonly Row[]): string[] {
  const [first] = rows;
  if (first === undefined) return ['none'];
  const columns = Object.keys(first).filter((key) => !Array.isArray(first[key]));
  return textTable(
    columns,
    rows.map((row) => columns.map((column) => String(row[column]))),
  );
}
