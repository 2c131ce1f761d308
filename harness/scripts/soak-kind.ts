/**
 * The suite on clusters of kind from nothing, several times, and once cut short by SIGKILL: each time Docker must have
 * afterwards what it had before. Arguments that follow `--` go to `egressproof test`.
 *
 *     npm run soak:kind -- --runs 3 -- --image kindest/node:v1.34.4
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { $, argv, echo } from 'zx';

const main = new URL('../cli/main.ts', import.meta.url).pathname;
const runs = Number(argv['runs'] ?? 3);
const flags = argv._.map(String);
const stateDir = mkdtempSync(join(tmpdir(), 'egressproof-soak-'));
const egressproof = [process.execPath, main];
const where = ['--provider', 'kind', '--state-dir', stateDir];

/** Everything of Docker that a cluster must not leave behind. */
async function inDocker(): Promise<string> {
  const lists = await Promise.all([
    $`docker ps --all --format {{.Names}}`,
    $`docker network ls --format {{.Name}}`,
    $`docker volume ls --quiet`,
    $`docker image ls --all --format {{.Repository}}:{{.Tag}}`,
  ]);
  return lists.map(({ stdout }) => stdout.trim().split('\n').sort().join('\n')).join('\n\n');
}

async function leavesNothing(what: string, before: string): Promise<boolean> {
  const after = await inDocker();
  if (after !== before) echo(`${what}: FAILED: Docker had\n${before}\nand has\n${after}`);
  return after === before;
}

let isGood = true;
const before = await inDocker();
for (let run = 1; run <= runs; run += 1) {
  const begin = Date.now();
  const result = await $({
    nothrow: true,
    stdio: ['ignore', 'inherit', 'inherit'],
  })`${egressproof} test ${where} ${flags}`;
  const clean = await leavesNothing(`run ${run}`, before);
  isGood &&= clean && result.exitCode === 0;
  echo(`run ${run} of ${runs}: exit code ${result.exitCode}, ${Math.round((Date.now() - begin) / 1000)} s`);
}

for (const seconds of [3, 12, 30]) {
  const child = $({ nothrow: true, quiet: true, detached: true })`${egressproof} up ${where} --name cut ${flags}`;
  await delay(seconds * 1000);
  await child.kill('SIGKILL');
  await child;
  const down = await $({ nothrow: true })`${egressproof} down --name cut --state-dir ${stateDir}`;
  const clean = await leavesNothing(`cut after ${seconds} s`, before);
  isGood &&= clean && down.exitCode === 0;
  echo(`cut by SIGKILL after ${seconds} s: ${clean ? 'nothing is left' : 'FAILED'}`);
}
rmSync(stateDir, { recursive: true, force: true });
echo(isGood ? 'all as it should be' : 'NOT as it should be: see above');
process.exit(isGood ? 0 : 1);
