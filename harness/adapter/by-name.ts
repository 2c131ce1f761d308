import type { Adapter } from './adapter.ts';
import { bundled } from './bundled.ts';
import { none } from './none.ts';

const adapters: Readonly<Record<string, Adapter>> = { bundled, none };

/** @throws Error naming those that there are */
export function adapterNamed(name: string): Adapter {
  const found = adapters[name];
  if (found === undefined)
    throw new Error(`there is no adapter ${name}; there are ${Object.keys(adapters).join(', ')}`);
  return found;
}
