/** The API server as a process: see flags.ts for what it takes. Prints one JSON line when it serves. */
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseFlags, UsageError, usage } from './flags.ts';
import { startApiServer } from './server.ts';
import { KUBERNETES_VERSION } from './version.ts';

/** Exit codes of sysexits.h. */
const EX_USAGE = 64;
const EX_UNAVAILABLE = 69;

/** A reader never sees half a file. */
async function writeWhole(path: string, content: string, mode: number): Promise<void> {
  await writeFile(`${path}.tmp`, content, { mode });
  await rename(`${path}.tmp`, path);
}

async function main(argv: readonly string[]): Promise<void> {
  const flags = parseFlags(argv);
  if ('help' in flags) {
    console.log(usage);
    return;
  }
  const server = await startApiServer(flags.server);
  if (flags.dir !== undefined) {
    await mkdir(flags.dir, { recursive: true });
    await Promise.all([
      writeWhole(join(flags.dir, 'ca.crt'), server.ca, 0o644),
      writeWhole(join(flags.dir, 'kubeconfig'), server.kubeconfigs.external, 0o600),
      writeWhole(join(flags.dir, 'kubeconfig-internal'), server.kubeconfigs.internal, 0o600),
    ]);
  }
  for (const signal of ['SIGTERM', 'SIGINT'] as const)
    process.once(signal, () => void server.close().then(() => process.exit(0)));
  const startMs = Math.round(performance.now());
  console.log(
    JSON.stringify({ ready: true, version: KUBERNETES_VERSION.gitVersion, addresses: server.addresses, startMs }),
  );
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exit(error instanceof UsageError ? EX_USAGE : EX_UNAVAILABLE);
}
