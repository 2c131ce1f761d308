import { readFile, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { formats, writeReports, type Format } from '../../reports/formats.ts';
import { InvalidRunResultError, parseRunResult, type RunResult } from '../../reports/model/run-result.ts';
import type { CommandContext } from './context.ts';
import { exitCodes, UsageError } from './exit-codes.ts';
import { didYouMean } from './suggest.ts';

/** Makes the reports of a run anew, from its report.json; needs no cluster. */
export async function report({ settings, flags, args, print }: CommandContext): Promise<number> {
  const { folder, result } = await readRun(args[0] ?? join(settings.stateDir, 'runs', 'latest'));
  const wanted = formatsFrom(flags['format']);
  const into = typeof flags['into'] === 'string' ? resolve(flags['into']) : folder;
  await writeReports(into, result, wanted);
  print(`${wanted.join(', ')}: ${into}`);
  return exitCodes.passed;
}

/** A run by its folder, or by its report.json. */
export async function readRun(path: string): Promise<{ readonly folder: string; readonly result: RunResult }> {
  const full = resolve(path);
  const isFolder = await stat(full).then(
    (found) => found.isDirectory(),
    () => false,
  );
  const file = isFolder ? join(full, 'report.json') : full;
  try {
    return { folder: dirname(file), result: parseRunResult(JSON.parse(await readFile(file, 'utf8'))) };
  } catch (error) {
    if (error instanceof InvalidRunResultError) throw new UsageError(`${file} is ${error.message}`);
    if (error instanceof SyntaxError) throw new UsageError(`${file} is no JSON: ${error.message}`);
    const code = (error as NodeJS.ErrnoException).code;
    if (code !== 'ENOENT') throw error;
    throw new UsageError(`there is no ${file}; "egressproof test" writes one into the folder of its run`);
  }
}

function formatsFrom(given: unknown): Format[] {
  const names = Object.keys(formats) as Format[];
  if (!Array.isArray(given)) return names;
  return given
    .flatMap((value) => String(value).split(','))
    .map((name) => {
      const known = names.find((one) => one === name);
      if (known === undefined)
        throw new UsageError(`there is no format ${name}${didYouMean(name, names)}; there are ${names.join(', ')}`);
      return known;
    });
}
