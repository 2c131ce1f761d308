import { createRequire } from 'node:module';
import type * as CelModule from '@marcbachmann/cel-js';
import type { Environment } from '@marcbachmann/cel-js';
import { celAddress, isGlobalUnicast } from './cel-address.ts';
import type { CelAddress } from './cel-address.ts';
import { cidrContains } from '../resources/allocate.ts';
import { isCidr } from './formats.ts';
import { goRegExp } from './regexp.ts';

export type CompiledRule =
  { readonly evaluate: (variables: Record<string, unknown>) => unknown } | { readonly error: string };

const compiled = new Map<string, CompiledRule>();
let environment: Environment | undefined;

/** Compiles an expression once. */
export function compileRule(expression: string): CompiledRule {
  let found = compiled.get(expression);
  if (!found) {
    environment ??= createEnvironment();
    try {
      const parsed = environment.parse(expression);
      found = { evaluate: (variables) => parsed(variables) as unknown };
    } catch (error) {
      found = { error: String((error as Error).message).split('\n', 1)[0] ?? '' };
    }
    compiled.set(expression, found);
  }
  return found;
}

/** The functions that Kubernetes adds to CEL, as far as schemas use them. Loaded when the first rule is met. */
function createEnvironment(): Environment {
  const cel = createRequire(import.meta.url)('@marcbachmann/cel-js') as typeof CelModule;
  const created = new cel.Environment({
    unlistedVariablesAreDyn: true,
    enableOptionalTypes: true,
    homogeneousAggregateLiterals: false,
  });
  const has = new Set<string>();
  for (const { name, receiverType } of created.getDefinitions().functions) has.add(`${receiverType ?? ''}.${name}`);
  const add = (signature: string, handler: (...values: any[]) => unknown): void => {
    const name = /(\w+)\(/.exec(signature)?.[1] ?? '';
    const receiver = /^(\w+)\./.exec(signature)?.[1] ?? '';
    if (!has.has(`${receiver}.${name}`)) created.registerFunction(signature, handler);
  };
  add('string.lowerAscii(): string', (text: string) => text.toLowerCase());
  add('string.upperAscii(): string', (text: string) => text.toUpperCase());
  add('string.trim(): string', (text: string) => text.trim());
  add('string.replace(string, string): string', (text: string, from: string, to: string) => text.replaceAll(from, to));
  add('string.split(string): list<string>', (text: string, separator: string) => text.split(separator));
  add('string.charAt(int): string', (text: string, at: bigint) => text.charAt(Number(at)));
  add('string.find(string): string', (text: string, pattern: string) => goRegExp(pattern).exec(text)?.[0] ?? '');
  add('isIP(string): bool', (text: string) => celAddress(text) !== null);
  add('isCIDR(string): bool', (text: string) => isCidr(text));
  add('ip(string): map', (text: string) => {
    const address = celAddress(text);
    if (address === null) throw new Error(`IP Address "${text}" is not valid`);
    return address;
  });
  add('cidr(string): map', (text: string) => ({ cidr: text }));
  add('map.containsIP(string): bool', (range: { cidr: string }, address: string) => cidrContains(range.cidr, address));
  add('map.family(): int', (address: CelAddress) => address.family);
  add('map.isGlobalUnicast(): bool', (address: CelAddress) => isGlobalUnicast(address.address));
  return created;
}
