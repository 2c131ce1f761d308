import { UsageError } from './exit-codes.ts';

/** What a flag was given, `--trials 20`. @throws UsageError where that is no whole number from 1 on */
export function wholeNumber(flag: string, value: unknown): number {
  const number = Number(value);
  if (!Number.isInteger(number) || number < 1)
    throw new UsageError(`${flag} ${String(value)}: must be a whole number, 1 or more`);
  return number;
}
