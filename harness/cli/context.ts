import type { Settings } from './settings.ts';

/** What a command gets from the command line. */
export interface CommandContext {
  readonly settings: Settings;
  /** The flags as commander read them, for those that only this command has. */
  readonly flags: Readonly<Record<string, unknown>>;
  readonly args: readonly string[];
  /** The arguments as they were typed. */
  readonly commandLine: readonly string[];
  /** Aborted by the first Ctrl-C. */
  readonly signal: AbortSignal;
  /** A line of the result. */
  readonly print: (line: string) => void;
  /** A line about what is going on; goes to standard error, so that results can be piped. */
  readonly note: (line: string) => void;
}
