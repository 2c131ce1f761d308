import { writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { installNamespace, agentName } from '../../agent/api/install.ts';
import { pods } from '../../agent/kube/object.ts';
import { bundled } from '../adapter/bundled.ts';
import { whenWorkloadsReady } from '../adapter/workloads-ready.ts';
import type { EgressCase } from '../case/define-case.ts';
import { decide } from '../case/requirement.ts';
import { defects, isDefect, type DefectName } from '../defects/names.ts';
import { loadCases } from '../runner/load-cases.ts';
import { connectTo, provision } from '../runner/provision.ts';
import { runCase } from '../runner/run-case.ts';
import { newRunId } from '../runner/run-facts.ts';
import { selectCases } from '../runner/select-cases.ts';
import { openTestbed, type Testbed } from '../world/testbed.ts';
import type { CommandContext } from './context.ts';
import { exitCodes, UsageError } from './exit-codes.ts';
import { prepareMachine } from './machine.ts';
import { providerFrom } from './settings.ts';
import { didYouMean } from './suggest.ts';

const agentMain = fileURLToPath(new URL('../defects/agent-main.ts', import.meta.url));

/** Runs cases against the defects that they say they find, and without any; each must come out as it should. */
export async function selftest(context: CommandContext): Promise<number> {
  const { settings, flags, signal, note, print } = context;
  const pairs = await chosenPairs(context);
  await prepareMachine(context);
  const name = `selftest-${newRunId().toLowerCase()}`;
  const stateDir = resolve(settings.stateDir);
  const defectFile = join(stateDir, 'clusters', name, 'defect');
  const agentCommand = [process.execPath, agentMain, '--defect-file', defectFile];
  const cluster = await provision({
    provider: providerFrom(settings),
    name,
    topology: 'egress',
    stateDir,
    lifetime: 'caller',
    signal,
    progress: note,
    agentCommand,
  });
  let missed = 0;
  try {
    const kube = await connectTo(cluster);
    await using testbed = await openTestbed(cluster, kube, bundled, signal);
    for (const [defect, cases] of pairs) {
      if (signal.aborted) break;
      await seed(testbed, defectFile, defect);
      for (const definition of cases) {
        if (signal.aborted) break;
        const runTag = Math.random().toString(36).slice(2, 6);
        const result = await runCase(testbed, definition, {
          runTag,
          signal,
          repeatCommand: `npx egressproof selftest ${definition.id}`,
          ...(flags['verbose'] === true
            ? { onCheck: ({ outcome, name: check, message }) => note(`    ${outcome} ${check}: ${message}`) }
            : {}),
        });
        const wanted = defect === undefined ? 'pass' : 'fail';
        const isRight = result.outcome === wanted;
        if (!isRight) missed += 1;
        const why = result.checks.find(({ outcome }) => outcome === 'fail')?.name ?? result.reason ?? '';
        print(
          `${isRight ? 'ok    ' : 'MISSED'}  ${definition.id}  ${defect ?? 'no defect'}: ${result.outcome}${why === '' ? '' : ` (${why})`}`,
        );
      }
    }
    kube.close();
  } finally {
    await cluster.down();
  }
  const total = pairs.reduce((sum, [, cases]) => sum + cases.length, 0);
  print(`${total - missed} of ${total} came out as they should, ${missed} did not`);
  return missed === 0 ? exitCodes.passed : exitCodes.failed;
}

/** The agents are started again with the defect, so that nothing of an earlier one is left in them. */
async function seed({ kube, context }: Testbed, file: string, defect: DefectName | undefined): Promise<void> {
  await writeFile(file, defect ?? '');
  const { items } = await kube.list(pods, { namespace: installNamespace });
  const agents = items.filter(({ metadata }) => metadata.name?.startsWith(agentName));
  await Promise.all(agents.map(({ metadata }) => kube.delete(pods, metadata.name ?? '', installNamespace)));
  await whenReplaced(
    kube,
    agents.map(({ metadata }) => metadata.uid ?? ''),
  );
  await whenWorkloadsReady(context, installNamespace);
}

async function whenReplaced(kube: Testbed['kube'], uids: readonly string[]): Promise<void> {
  using agents = kube.reflect(pods, { namespace: installNamespace });
  await agents.synced;
  const { promise, resolve: done } = Promise.withResolvers<void>();
  const look = (): void => {
    if ([...agents.items.values()].every(({ metadata }) => !uids.includes(metadata.uid ?? ''))) done();
  };
  const stop = agents.onChange(look);
  look();
  await promise.finally(stop);
}

/** Defect by defect, and first none at all. */
async function chosenPairs({ args, flags }: CommandContext): Promise<[DefectName | undefined, EgressCase[]][]> {
  const names = Array.isArray(flags['defect']) ? flags['defect'].map(String) : [];
  const wrong = names.find((name) => !isDefect(name));
  if (wrong !== undefined) {
    throw new UsageError(
      `there is no defect ${wrong}${didYouMean(wrong, Object.keys(defects))}; "egressproof list defects" names them`,
    );
  }
  const patterns = Array.isArray(flags['case']) ? flags['case'].map(String) : [];
  const cases = selectCases(await loadCases(), { ids: args, patterns, features: [] })
    .map(({ definition }) => definition)
    .filter((definition) => definition.catches.length > 0 && decide(definition, bundled).run);
  if (cases.length === 0)
    throw new UsageError('no case that names a defect matches; "egressproof list" names the cases');
  const seeded = Object.keys(defects)
    .filter(isDefect)
    .filter((defect) => names.length === 0 || names.includes(defect))
    .map((defect): [DefectName, EgressCase[]] => [defect, cases.filter(({ catches }) => catches.includes(defect))]);
  return [[undefined, cases], ...seeded.filter(([, catching]) => catching.length > 0)];
}
