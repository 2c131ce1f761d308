import type { EgressCase } from '../case/define-case.ts';
import { UsageError } from './exit-codes.ts';
import { didYouMean } from './suggest.ts';

type Parameters = Readonly<Record<string, number>>;

/** `ID.name=number` each, as --set gives them; by the id of the case. @throws UsageError naming what is allowed */
export function parametersFrom(
  texts: readonly string[],
  cases: readonly Pick<EgressCase, 'id' | 'parameters'>[],
): Readonly<Record<string, Parameters>> {
  const set: Record<string, Record<string, number>> = {};
  for (const text of texts) {
    const [, id = '', name = '', number = ''] = /^([A-Za-z]+-\d+)\.(\w+)=(\d+)$/.exec(text) ?? [];
    if (id === '') throw new UsageError(`--set ${text}: must be ID.name=number, such as LIF-03.starts=1000`);
    const known = cases.find((one) => one.id === id.toUpperCase());
    if (known === undefined) throw new UsageError(`--set ${text}: the run has no case ${id.toUpperCase()}`);
    const { parameters = {} } = known;
    const parameter = Object.hasOwn(parameters, name) ? parameters[name] : undefined;
    if (parameter === undefined) {
      const names = Object.keys(parameters);
      const allowed = names.length === 0 ? 'it has none' : `it has ${names.join(', ')}`;
      throw new UsageError(`--set ${text}: ${known.id} has no parameter ${name}${didYouMean(name, names)}; ${allowed}`);
    }
    const value = Number(number);
    const { min, max, means } = parameter;
    if (value < min || value > max)
      throw new UsageError(`--set ${text}: ${name} (${means}) must be from ${min} to ${max}`);
    set[known.id] = { ...set[known.id], [name]: value };
  }
  return set;
}

/** The flags that set them again. */
export function setFlags(id: string, parameters: Parameters = {}): string[] {
  return Object.entries(parameters).flatMap(([name, value]) => ['--set', `${id}.${name}=${value}`]);
}
