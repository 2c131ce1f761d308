import { symlink, rm, mkdir } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import type { Cluster } from '../../clusters/cluster.ts';
import { attachCluster } from '../../clusters/providers.ts';
import { listAttachments } from '../../reports/attachments.ts';
import { writeReports } from '../../reports/formats.ts';
import { buildRunResult, type RunFacts } from '../../reports/model/build.ts';
import type { RunResult } from '../../reports/model/run-result.ts';
import { reportToTerminal } from '../../reports/terminal/report.ts';
import { bundled } from '../adapter/bundled.ts';
import { none } from '../adapter/none.ts';
import type { EgressCase } from '../case/define-case.ts';
import { features, isFeature } from '../case/features.ts';
import { catalogueDigest } from '../runner/catalogue-digest.ts';
import { loadCases } from '../runner/load-cases.ts';
import { declaredFacts, environmentFacts, featureFacts, netnsLimitations, newRunId } from '../runner/run-facts.ts';
import { runSuite, type SuiteOutcome } from '../runner/run-suite.ts';
import { selectCases } from '../runner/select-cases.ts';
import type { CommandContext } from './context.ts';
import { exitCodes, UsageError } from './exit-codes.ts';
import { parametersFrom, setFlags } from './parameters.ts';
import { prepareMachine } from './machine.ts';
import { startHeartbeat } from './heartbeat.ts';
import { providerFrom, type Settings } from './settings.ts';
import { didYouMean } from './suggest.ts';

/** Runs cases, tells of them as they end, and writes the reports. */
export async function testCommand(context: CommandContext): Promise<number> {
  const { settings, flags, signal, note } = context;
  const { cases, isFiltered, catalogue } = await chosenCases(context);
  const parameters = parametersFrom(list(flags['set']), cases);
  const cluster = await runningCluster(flags['cluster'], settings.stateDir);
  await prepareMachine(context);
  const startedAt = new Date();
  const runId = newRunId(startedAt);
  const given = flags['reportOutput'];
  const runDir = typeof given === 'string' ? resolve(given) : join(resolve(settings.stateDir), 'runs', runId);
  await mkdir(runDir, { recursive: true });
  const { hostToken: _secret, ...shown } = settings;
  const config = {
    ...shown,
    cases: cases.map(({ id }) => id),
    ...(cluster === undefined ? {} : { cluster: cluster.name }),
    ...(Object.keys(parameters).length === 0 ? {} : { parameters }),
  };
  note(
    `configuration: ${Object.entries(shown)
      .map(([key, value]) => `${key}=${String(value)}`)
      .join(' ')}`,
  );

  const terminal = reportToTerminal(process.stdout);
  using heartbeat = startHeartbeat(note);
  const outcome = await runSuite(cases, {
    ...settings,
    provider: providerFrom(settings),
    ...(cluster === undefined ? {} : { cluster }),
    adapter: settings.adapter === 'none' ? none : bundled,
    runId: runId.toLowerCase(),
    runDir,
    signal,
    parameters,
    repeatCommand: (id) =>
      ['npx egressproof test', id, ...setFlags(id, parameters[id]), ...where(settings, cluster)].join(' '),
    progress: (step) => heartbeat.step(step),
    onCheck: ({ outcome: verdict, name, message }) => {
      if (settings.verbose) note(`    ${verdict.padEnd(7)} ${name}: ${message}`);
    },
    onResult: (result, position) => {
      heartbeat.step(`${position.index} of ${position.total} cases have ended`, { quiet: true });
      terminal.caseEnded(result, position);
    },
  });
  await cluster?.[Symbol.asyncDispose]();

  const complete = !isFiltered && !signal.aborted && outcome.setUpFailure === undefined && cluster === undefined;
  const result = buildRunResult(
    await factsOf(context, outcome, {
      runId,
      startedAt,
      config,
      provider: cluster?.provider ?? settings.provider,
      complete,
      cases,
      catalogue,
      dir: runDir,
    }),
  );
  await writeReports(runDir, result, ['json', 'junit', 'markdown', 'html']);
  await pointLatest(runDir);
  terminal.runEnded(result, runDir);
  for (const kept of outcome.kept) {
    note(`kept: kubectl --kubeconfig ${kept.kubeconfig} get pods -A; npx egressproof down --name ${kept.name}`);
    await kept[Symbol.asyncDispose]();
  }
  return exitCodeOf(result, isFiltered || cluster !== undefined);
}

/** The flags that lead to the same kind of cluster again. */
function where({ provider, image }: Settings, cluster: Cluster | undefined): string[] {
  if (cluster !== undefined) return ['--cluster', cluster.name];
  if (provider === 'netns') return [];
  return ['--provider', provider, ...(image === undefined ? [] : ['--image', image])];
}

async function chosenCases({
  args,
  flags,
}: CommandContext): Promise<{ cases: EgressCase[]; isFiltered: boolean; catalogue: string }> {
  const all = await loadCases();
  const filter = { ids: args, patterns: list(flags['case']), features: list(flags['feature']) };
  const ids = all.map(({ definition }) => definition.id);
  const wrongId = args.find((id) => !ids.includes(id.toUpperCase()));
  if (wrongId !== undefined)
    throw new UsageError(`there is no case ${wrongId}${didYouMean(wrongId, ids)}; "egressproof list" names them`);
  const wrongFeature = filter.features.find((name) => !isFeature(name));
  if (wrongFeature !== undefined) {
    throw new UsageError(
      `there is no feature ${wrongFeature}${didYouMean(wrongFeature, Object.keys(features))}; "egressproof list features" names them`,
    );
  }
  const selected = selectPatterns(all, filter);
  if (selected.length === 0) throw new UsageError('no case matches; "egressproof list" names them');
  return {
    cases: selected.map(({ definition }) => definition),
    isFiltered: selected.length < all.length,
    catalogue: catalogueDigest(all.map(({ definition }) => definition)),
  };
}

function selectPatterns(...given: Parameters<typeof selectCases>): ReturnType<typeof selectCases> {
  try {
    return selectCases(...given);
  } catch (error) {
    throw new UsageError(`--case: ${error instanceof Error ? error.message : String(error)}`);
  }
}

async function runningCluster(name: unknown, stateDir: string): Promise<Cluster | undefined> {
  if (typeof name !== 'string') return undefined;
  return attachCluster(name, stateDir).catch((error: unknown) => {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  });
}

async function factsOf(
  { settings, commandLine }: CommandContext,
  { results, setUpFailure, facts, clusters }: SuiteOutcome,
  run: {
    runId: string;
    startedAt: Date;
    config: Record<string, unknown>;
    provider: Cluster['provider'];
    complete: boolean;
    cases: readonly EgressCase[];
    catalogue: string;
    dir: string;
  },
): Promise<RunFacts> {
  const adapter = settings.adapter === 'none' ? none : bundled;
  const version = await adapter.version();
  return {
    run: {
      id: run.runId,
      startedAt: run.startedAt.toISOString(),
      durationMs: Date.now() - run.startedAt.getTime(),
      command: [...commandLine],
      seed: settings.seed,
      complete: run.complete,
      ...(setUpFailure === undefined ? {} : { setUpFailure }),
      config: run.config as RunFacts['run']['config'],
      provider: run.provider,
      topology: [...new Set(run.cases.map(({ topology }) => topology))].sort().join(', '),
    },
    suite: { name: 'egressproof', version: await bundled.version(), catalogue: run.catalogue },
    implementation: { name: adapter.name, version, declared: declaredFacts(adapter) },
    features: featureFacts(adapter),
    environment: environmentFacts(facts),
    clusters: [...clusters],
    cases: [...results],
    limitations: [...netnsLimitations],
    attachments: await listAttachments(run.dir),
  };
}

/** `runs/latest` leads to the run that ended last. */
async function pointLatest(runDir: string): Promise<void> {
  const link = join(dirname(runDir), 'latest');
  if (basename(dirname(runDir)) !== 'runs') return;
  await rm(link, { force: true });
  await symlink(basename(runDir), link);
}

/** A run that was asked to leave cases out has not failed by doing so. */
function exitCodeOf(result: RunResult, isFiltered: boolean): number {
  if (result.result === 'failure') return exitCodes.failed;
  if (result.run.setUpFailure !== undefined) return exitCodes.testbedFailed;
  if (result.result === 'success') return exitCodes.passed;
  return result.result === 'partial' && isFiltered ? exitCodes.passed : exitCodes.inconclusive;
}

function list(value: unknown): string[] {
  return Array.isArray(value) ? value.map(String) : [];
}
