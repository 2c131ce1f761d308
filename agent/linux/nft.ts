import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from './exec.ts';

export interface NftOptions {
  readonly netns?: string;
}

/** Applies a ruleset as one transaction: all of it or nothing. */
export async function nftApply(ruleset: string, options: NftOptions = {}): Promise<void> {
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
