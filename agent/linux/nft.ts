import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from './exec.ts';
import { loadNftLibrary } from './nft-library.ts';
import type { NftLibrary } from './nft-library.ts';

export interface NftOptions {
  readonly netns?: string;
}

let library: NftLibrary | null | undefined;

/** Applies a ruleset as one transaction: all of it or nothing. */
export async function nftApply(ruleset: string, options: NftOptions = {}): Promise<void> {
  library ??= loadNftLibrary();
  // The library works in the namespace of the process.
  if (options.netns !== undefined || library === null) return await applyByCommand(ruleset, options);
  const problem = await library.run(ruleset);
  if (problem !== null)
    throw new Error(`nft refused a ruleset of ${ruleset.length} characters: ${problem.trim().slice(0, 500)}`);
}

async function applyByCommand(ruleset: string, options: NftOptions): Promise<void> {
  // nft opens /dev/stdin anew, which fails for the socket that Node gives a child as standard input.
  const folder = await mkdtemp(join(tmpdir(), 'egressproof-nft-'));
  try {
    const file = join(folder, 'ruleset.nft');
    await writeFile(file, ruleset);
    await run(['nft', '-f', file], options);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** One object of `nft -j`: its kind is the only key, e.g. { set: {...} }. */
export type NftObject = Readonly<Record<string, Record<string, unknown>>>;

/** `nft -j ARGS`, e.g. ['list', 'table', 'ip', 'egressproof']. */
export async function nftJson(args: readonly string[], options: NftOptions = {}): Promise<NftObject[]> {
  const { stdout } = await run(['nft', '-j', ...args], options);
  return stdout.trim() === '' ? [] : (JSON.parse(stdout) as { nftables: NftObject[] }).nftables;
}
