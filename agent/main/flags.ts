import { parseArgs } from 'node:util';
import type { ParseArgsOptionsConfig } from 'node:util';
import { cidrRange } from '../base/ip-range.ts';

/** Exit code for a wrong command line: EX_USAGE of sysexits(3). */
export const exitUsage = 64;
export const exitInternal = 70;

/** The command line is wrong; the message says what and what is allowed. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** The flags of a command line. Unknown flags, and arguments that are no flags, are a UsageError. */
export function parseFlags<T extends ParseArgsOptionsConfig>(args: readonly string[], options: T) {
  try {
    return parseArgs({ args: [...args], options, strict: true, allowPositionals: false }).values;
  } catch (error) {
    const known = Object.keys(options).map((name) => `--${name}`);
    throw new UsageError(`${(error as Error).message.split('. ')[0]}; flags: ${known.join(', ')}`);
  }
}

export function oneOf<T extends string>(flag: string, value: string, allowed: readonly T[]): T {
  const found = allowed.find((entry) => entry === value);
  if (found === undefined) throw new UsageError(`--${flag} ${value}: must be one of ${allowed.join(', ')}`);
  return found;
}

export function integer(flag: string, value: string, min: number, max: number): number {
  const number = /^\d+$/.test(value) ? Number(value) : NaN;
  if (!(number >= min && number <= max))
    throw new UsageError(`--${flag} ${value}: must be a whole number from ${min} to ${max}`);
  return number;
}

/** CIDRs, separated by commas. */
export function cidrs(flag: string, value: string): string[] {
  const list = value.split(',').filter((entry) => entry !== '');
  const wrong = list.find((entry) => cidrRange(entry) === null);
  if (wrong !== undefined) throw new UsageError(`--${flag} ${value}: ${wrong} is no CIDR such as 10.96.0.0/16`);
  return list;
}
