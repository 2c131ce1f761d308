import { createHash } from 'node:crypto';
import { cp, mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { run } from '../../agent/linux/exec.ts';
import type { ClusterOptions } from '../cluster.ts';
import { writeContext } from './bundle.ts';
import type { ImageContents } from './bundle.ts';
import { clusterLabel, docker, lines, runStep } from './docker.ts';
import { firewallLogProgram } from './firewall.ts';

/** The images that are not ours. Any registry, or none once they are present. */
export interface ForeignImages {
  /** Null: the one that the installed kind has as its default. */
  readonly node: string | null;
  /** Node.js 24 on a Debian; nftables and iproute2 are installed where they are not in it. */
  readonly base: string;
  readonly database: string;
}

export const defaultImages: ForeignImages = {
  node: null,
  base: 'node:24-bookworm-slim',
  database: 'postgres:15-bookworm',
};

/** Environment variables that name images. */
const variables = {
  node: 'EGRESSPROOF_KIND_IMAGE',
  base: 'EGRESSPROOF_BASE_IMAGE',
  database: 'EGRESSPROOF_DATABASE_IMAGE',
} as const;

/** The images that the environment names. */
export function imagesFromEnvironment(env: Readonly<Record<string, string | undefined>>): Partial<ForeignImages> {
  const named = Object.entries(variables).flatMap(([key, name]) => (env[name] ? [[key, env[name]]] : []));
  return Object.fromEntries(named) as Partial<ForeignImages>;
}

/** Says that an image of ours was built on request, and goes only on request. */
const keptLabel = 'egressproof.dev/kept';
const dockerfile = fileURLToPath(new URL('Dockerfile', import.meta.url));

/** Programs that the router needs, next to those of the caller. */
export const ownPrograms: ClusterOptions['programs'] = {
  [firewallLogProgram]: new URL('../firewall/log-program.ts', import.meta.url),
};

/** References of our images, by the names that pods and manifests have for them. */
export type ImageReferences = Readonly<Record<string, string>>;

export interface BuildOptions {
  readonly images: ClusterOptions['images'];
  readonly programs: ClusterOptions['programs'];
  readonly base: string;
  /** The cluster that takes the images with it when it goes; null: they are kept. */
  readonly cluster: string | null;
  readonly signal?: AbortSignal;
  readonly progress?: (step: string) => void;
}

/** Builds the images that are not there yet. Their tag is a digest of what is in them, so that an old one is never used. */
export async function buildImages(options: BuildOptions): Promise<ImageReferences> {
  return withContexts(options, async (reference, context) => {
    if (await isPresent(reference)) return;
    options.progress?.(`building ${reference}`);
    await build(context, reference, options);
  });
}

/** What buildImages would build. */
export function planImages(options: Pick<BuildOptions, 'images' | 'programs' | 'base'>): Promise<ImageReferences> {
  return withContexts(options, () => Promise.resolve());
}

async function withContexts(
  { images, programs, base }: Pick<BuildOptions, 'images' | 'programs' | 'base'>,
  use: (reference: string, context: string) => Promise<void>,
): Promise<ImageReferences> {
  const dir = await mkdtemp(join(tmpdir(), 'egressproof-image-'));
  try {
    const references: Record<string, string> = {};
    for (const [name, image] of Object.entries(images)) {
      const context = join(dir, name);
      await writeContext(context, contentsOf(image, programs));
      await cp(dockerfile, join(context, 'Dockerfile'));
      const reference = `${name}:${await digest(context, base)}`;
      references[name] = reference;
      await use(reference, context);
    }
    return references;
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

function contentsOf(image: ClusterOptions['images'][string], programs: ClusterOptions['programs']): ImageContents {
  if ('program' in image) {
    const modules = Object.entries({ ...programs, ...ownPrograms }).map(([name, url]): [string, string] => [
      name,
      fileURLToPath(url),
    ]);
    return { programs: Object.fromEntries(modules), start: image };
  }
  // The first word is this machine's Node.js; the image has its own.
  const [, entry = '', ...args] = image.command;
  return { programs: {}, start: { entry, args } };
}

async function build(context: string, reference: string, { base, cluster, signal }: BuildOptions): Promise<void> {
  const label = cluster === null ? `${keptLabel}=true` : `${clusterLabel}=${cluster}`;
  const argv = ['docker', 'build', '--quiet', '--label', label, '--build-arg', `BASE=${base}`, '--tag', reference];
  await runStep([...argv, context], signal === undefined ? {} : { signal });
}

export async function isPresent(reference: string): Promise<boolean> {
  return (await run(['docker', 'image', 'inspect', reference], { allowFailure: true })).exitCode === 0;
}

/** Of everything in the context, and of the base's name. */
async function digest(context: string, base: string): Promise<string> {
  const hash = createHash('sha256').update(base);
  const files = await readdir(context, { recursive: true, withFileTypes: true });
  const paths = files.filter((file) => file.isFile()).map((file) => join(file.parentPath, file.name));
  for (const path of paths.sort()) hash.update(path.slice(context.length)).update(await readFile(path));
  return hash.digest('hex').slice(0, 12);
}

/** Removes the images that were built to be kept; their references. */
export async function removeKeptImages(): Promise<string[]> {
  const format = ['--format', '{{.Repository}}:{{.Tag}}'];
  const kept = lines(await docker(['image', 'ls', ...format, '--filter', `label=${keptLabel}`]));
  if (kept.length > 0) await docker(['image', 'rm', ...kept]);
  return kept;
}

/** Removes what clusters have built and nobody uses any more; what a container still uses stays for the last one. */
export async function removeUnusedImages(): Promise<void> {
  const ids = lines(await docker(['image', 'ls', '--quiet', '--filter', `label=${clusterLabel}`]));
  for (const id of new Set(ids)) await run(['docker', 'image', 'rm', id], { allowFailure: true });
}
