import { randomInt } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from 'vitest';
import { start } from '../../agent/linux/exec.ts';
import { egressTopology } from '../topologies.ts';
import { netnsProvider } from './provider.ts';
import { hostTraces, processesLeft, processesOf } from './traces.fixture.ts';

const stateDir = mkdtempSync(join(tmpdir(), 'egressproof-kill-'));
const program = fileURLToPath(new URL('up.fixture.ts', import.meta.url));
const name = 'victim';
/** Longer than a cluster takes to come up, so that some die before and some after. */
const LATEST_MS = 2_000;

afterAll(() => rmSync(stateDir, { recursive: true, force: true }));

test('kill -9 of any process at any moment leaves no process, namespace, mount or file behind', async () => {
  const before = hostTraces();
  for (let trial = 0; trial < 20; trial++) {
    const caller = start([process.execPath, program, name, stateDir], { env: { EGRESSPROOF_TEST: stateDir } });
    const afterMs = randomInt(LATEST_MS);
    await delay(afterMs);
    const alive = [caller.pid, ...processesOf(stateDir)];
    const victim = alive[randomInt(alive.length)] ?? caller.pid;
    const what = `trial ${trial}: ${alive.length} processes, number ${alive.indexOf(victim)} killed after ${afterMs} ms`;
    kill(victim);
    // What the cluster can do without leaves it running; then its caller goes the same way.
    await delay(randomInt(200));
    kill(caller.pid);
    await caller.exited;
    expect({ what, left: await processesLeft(stateDir), ...hostTraces() }).toEqual({ what, left: [], ...before });
  }
  expect(readdirSync(stateDir).sort()).toEqual(['cache', 'clusters']);
}, 120_000);

test('what a killed cluster left in its own folder does not keep the next one from coming up', async () => {
  const folder = join(stateDir, 'clusters', name);
  const options = { name, stateDir, topology: egressTopology(), programs: {}, images: {} };
  const cluster = await netnsProvider.up(options);
  await expect(netnsProvider.up(options)).rejects.toThrow(/a cluster "victim" runs already/);
  expect(await netnsProvider.list(stateDir)).toMatchObject([{ name, alive: true }]);
  await cluster.down();
  expect(await processesLeft(stateDir)).toEqual([]);
  expect(existsSync(folder)).toBe(false);
  await expect(netnsProvider.attach(name, stateDir)).rejects.toThrow(/there is no running cluster "victim"/);
}, 30_000);

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It ended by itself in this moment.
  }
}
