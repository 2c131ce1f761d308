import { readFileSync } from 'node:fs';
import { Command, CommanderError, Option } from 'commander';
import { commands, type CommandDefinition } from './commands.ts';
import { exitCodes, TestbedError, UsageError } from './exit-codes.ts';
import { watchInterrupts } from './interrupt.ts';
import { readSettings } from './settings.ts';

const print = (line: string): void => void process.stdout.write(`${line}\n`);
const note = (line: string): void => void process.stderr.write(`${line}\n`);

function build(finish: (code: number) => void): Command {
  const manifest = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  const program = new Command('egressproof')
    .description('Proves, connection by connection, which source address left a Kubernetes cluster.')
    .version((JSON.parse(manifest) as { version: string }).version)
    .exitOverride()
    .configureHelp({ helpWidth: Math.min(process.stdout.columns ?? 100, 100) });
  for (const definition of commands) program.addCommand(commandOf(definition, finish));
  return program;
}

function commandOf(definition: CommandDefinition, finish: (code: number) => void): Command {
  const command = new Command(definition.name).description(definition.help).exitOverride();
  if (definition.args !== undefined) command.arguments(definition.args);
  for (const flag of definition.flags) {
    const option = new Option(flag.form, flag.help);
    if (flag.choices !== undefined) option.choices(flag.choices);
    if (flag.default !== undefined) option.default(flag.default);
    if (flag.many === true)
      option.argParser((value: string, before: string[] | undefined) => [...(before ?? []), value]);
    command.addOption(option);
  }
  command.action(async () => {
    const flags = command.opts<Record<string, unknown>>();
    const settings = await readSettings(flags, process.env);
    const signal = watchInterrupts(note);
    const commandLine = process.argv.slice(2);
    const args = { settings, flags, args: command.args, commandLine, signal, print, note };
    const code = await definition.run(args).catch((error: unknown) => {
      // What fails because it was stopped is no news.
      if (signal.aborted) return exitCodes.interrupted;
      throw error;
    });
    finish(signal.aborted ? exitCodes.interrupted : code);
  });
  return command;
}

/** Tells of an error in a sentence where it is one of ours, and with its stack where it is a mistake of the program. */
function exitCodeOf(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.passed : exitCodes.usage;
  if (error instanceof UsageError || error instanceof TestbedError) {
    note(`error: ${error.message}`);
    return error instanceof UsageError ? exitCodes.usage : exitCodes.testbedFailed;
  }
  note(`internal error: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
  return exitCodes.internal;
}

let exitCode: number = exitCodes.passed;
try {
  await build((code) => (exitCode = code)).parseAsync();
} catch (error) {
  exitCode = exitCodeOf(error);
}
process.exit(exitCode);
