import { build } from 'esbuild';
import { cp, mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const nodeModules = fileURLToPath(new URL('../../node_modules', import.meta.url));
/** Where the bundles are in an image. */
const folder = '/opt/egressproof';
/** Packages with a binary: they stay packages. pg-native is one that pg asks for and can do without. */
const external = ['koffi', 'pg-native'];
/** Bundled CommonJS packages look for Node's own modules with require. */
const banner = `import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);`;

/** What an image runs: a program of the harness (see clusters/program.ts), or an entry point with its arguments. */
export type ImageContents = {
  /** Modules of programs by the names of their executables. */
  readonly programs: Readonly<Record<string, string>>;
  /** What the image starts: one of the programs, or an entry point. */
  readonly start: { readonly program: string } | { readonly entry: string; readonly args: readonly string[] };
};

/** Writes a build context for the Dockerfile: one file a program, the packages that cannot be bundled, and executables. */
export async function writeContext(dir: string, { programs, start }: ImageContents): Promise<void> {
  const [code, bin] = [join(dir, 'programs'), join(dir, 'bin')];
  await Promise.all([mkdir(join(code, 'node_modules'), { recursive: true }), mkdir(bin, { recursive: true })]);
  const main = fileURLToPath(new URL('../program-main.ts', import.meta.url));
  const bundles = {
    ...programs,
    ...(Object.keys(programs).length === 0 ? {} : { 'program-main': main }),
    ...('entry' in start ? { main: start.entry } : {}),
  };
  await build({
    entryPoints: Object.entries(bundles).map(([out, path]) => ({ in: path, out })),
    outdir: code,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node24',
    external,
    banner: { js: banner },
    logLevel: 'silent',
  });
  await Promise.all([
    ...['koffi', '@koromix'].map((name) => copyPackage(name, code)),
    ...Object.keys(programs).map((name) => writeScript(join(bin, name), programScript(name))),
    writeScript(join(bin, 'egressproof-image'), startScript(start)),
  ]);
}

async function copyPackage(name: string, code: string): Promise<void> {
  const to = join(code, 'node_modules', name);
  await mkdir(dirname(to), { recursive: true });
  await cp(join(nodeModules, name), to, { recursive: true });
}

const programScript = (name: string): string =>
  `#!/bin/sh\nexec node ${folder}/program-main.mjs ${folder}/${name}.mjs "$@"\n`;

/** A program without arguments has nothing to do but to be there, which needs no Node.js. */
function startScript(start: ImageContents['start']): string {
  if ('program' in start) return `#!/bin/sh\n[ $# -gt 0 ] || exec sleep infinity\nexec ${start.program} "$@"\n`;
  const args = start.args.map((arg) => `'${arg.replaceAll("'", `'\\''`)}' `).join('');
  return `#!/bin/sh\nexec node ${folder}/main.mjs ${args}"$@"\n`;
}

const writeScript = (path: string, text: string): Promise<void> => writeFile(path, text, { mode: 0o755 });
