import { listClusters, providerNames, providerOf } from '../../clusters/providers.ts';
import type { Adapter } from '../adapter/adapter.ts';
import { bundled } from '../adapter/bundled.ts';
import { none } from '../adapter/none.ts';
import type { EgressCase } from '../case/define-case.ts';
import { features, isFeature, type Feature } from '../case/features.ts';
import { profileOf, runsOn } from '../case/where.ts';
import { defects } from '../defects/names.ts';
import { faults } from '../faults/catalogue.ts';
import type { Fault } from '../faults/fault.ts';
import { loadCases } from '../runner/load-cases.ts';
import { textTable } from '../demo/text-table.ts';
import type { CommandContext } from './context.ts';
import { exitCodes, UsageError } from './exit-codes.ts';
import type { Settings } from './settings.ts';
import { didYouMean } from './suggest.ts';

const kinds = ['cases', 'features', 'defects', 'faults', 'clusters'] as const;

/** Lists cases (the default), features, defects, faults or clusters, without running anything. */
export async function list({ args, flags, settings, print }: CommandContext): Promise<number> {
  const wanted = args[0] ?? 'cases';
  const kind = kinds.find((one) => one === wanted);
  if (kind === undefined)
    throw new UsageError(
      `there is nothing called ${wanted} to list${didYouMean(wanted, kinds)}; lists: ${kinds.join(', ')}`,
    );
  const rows = await rowsOf(kind, settings);
  if (flags['output'] === 'json') print(JSON.stringify(rows, null, 2));
  else for (const line of table(rows)) print(line);
  return exitCodes.passed;
}

type Row = Readonly<Record<string, string | readonly string[] | boolean | number>>;

async function rowsOf(kind: (typeof kinds)[number], settings: Settings): Promise<Row[]> {
  switch (kind) {
    case 'cases':
      return (await loadCases()).map(({ definition }) => caseRow(definition));
    case 'features':
      return featureRows(
        (await loadCases()).map(({ definition }) => definition),
        settings.adapter === 'none' ? none : bundled,
      );
    case 'defects':
      return Object.entries(defects).map(([name, means]) => ({ name, means }));
    case 'faults':
      return Object.entries(faults).map(([name, fault]) => faultRow(name, fault));
    case 'clusters':
      return (await listClusters(settings.stateDir)).map((one) => ({ ...one }));
  }
}

function caseRow(definition: EgressCase): Row {
  const { id, level, topology, features: wanted, catches, upstream = [], title, disruptive } = definition;
  const where = providerNames.filter((name) => runsOn(definition, providerOf(name)).runs);
  const providers = where.map((name) => (name === 'existing' && disruptive === true ? `${name} --disruptive` : name));
  return { id, level, profile: profileOf(definition), topology, providers, features: wanted, catches, upstream, title };
}

function faultRow(name: string, { hits, needs, does, isNot }: Fault): Row {
  const providers = providerNames.filter((one) => needs.every((need) => providerOf(one).capabilities[need].has));
  const lacking = providerNames.flatMap((one) =>
    needs.flatMap((need) => {
      const state = providerOf(one).capabilities[need];
      return state.has ? [] : `${one}: ${state.why}`;
    }),
  );
  return { name, hits, providers, does, isNot, lacking };
}

/** Each feature with the cases that would prove it, and whether the implementation claims it. */
function featureRows(cases: readonly EgressCase[], adapter: Adapter): Row[] {
  const all = Object.entries(features).filter(([name]) => isFeature(name)) as [Feature, (typeof features)[Feature]][];
  return all.map(([name, { level, profile, means }]) => ({
    name,
    profile,
    level,
    [adapter.name]: level === 'core' ? 'required' : adapter.features.has(name) ? 'claimed' : 'not declared',
    cases: cases.filter((one) => one.features.includes(name)).map(({ id }) => id),
    means,
  }));
}

/** What is only of use to programs is in JSON. */
const leftOut = ['lacking', 'topology', 'catches', 'upstream'];

function table(rows: readonly Row[]): string[] {
  const [first] = rows;
  if (first === undefined) return ['none'];
  const columns = Object.keys(first).filter((key) => !leftOut.includes(key));
  const cell = (value: Row[string] | undefined): string =>
    Array.isArray(value) ? value.join(' ') || '-' : String(value ?? '');
  return textTable(
    columns,
    rows.map((row) => columns.map((column) => cell(row[column]))),
  );
}
