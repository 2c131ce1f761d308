import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { netnsProvider } from '../../clusters/netns/provider.ts';
import type { Cluster } from '../../clusters/cluster.ts';
import { none } from '../adapter/none.ts';
import { Recorder } from '../history/recorder.ts';
import { connectTo, provision } from '../runner/provision.ts';
import { nowUs } from '../traffic/protocol.ts';
import { CaseLog } from '../world/case-log.ts';
import { openTestbed, type Testbed } from '../world/testbed.ts';
import { World } from '../world/world.ts';
import { establishedOf } from './established.ts';
import { keptConnections, probeKinds, startLoad, type PodLoad } from './load.ts';
import { outageOf } from './outage.ts';
import type { Expectation } from './probe-class.ts';
import { judgedOf } from './trial.ts';

/**
 * The meter against outages whose length the kernel keeps: elements of an nft set on the router that run out by
 * themselves. No Egress is involved; the right source of a pod is its node.
 */
const undo = new AsyncDisposableStack();
let cluster: Cluster;
let testbed: Testbed;
let load: PodLoad;
let expected: Expectation;
let log: CaseLog;

/** What is read may differ from the truth by this, beyond the interval of the probes; milliseconds. */
const allowedMs = 20;
const table = 'inet meter_proof';

beforeAll(async () => {
  const stateDir = await mkdtemp(join(tmpdir(), 'egressproof-meter-'));
  undo.defer(() => rm(stateDir, { recursive: true, force: true }));
  const signal = new AbortController().signal;
  const wish = { topology: 'egress', lifetime: 'caller', stateDir, signal } as const;
  cluster = await provision({ provider: netnsProvider, name: 'meter', ...wish });
  undo.defer(() => cluster.down());
  const kube = await connectTo(cluster);
  undo.defer(() => kube.close());
  testbed = undo.use(await openTestbed(cluster, kube, none, signal));
  log = new CaseLog(undo.use(await Recorder.open()), () => undefined);
  const world = undo.use(new World(testbed, log, 'meter'));
  await world.prepare({ shop: { pods: { on: [1] } } });
  const [pod] = world.pods('shop').members;
  if (pod === undefined) throw new Error('no pod was started');
  const { witness, router } = cluster.topology.outside;
  expected = { egressIP: pod.facts.nodeAddress, nodeAddresses: [router] };
  await cluster.router.run(['nft', '-f', '-'], {
    input: `table ${table} {
      set blackhole { type ipv4_addr; flags timeout; }
      set resetting { type ipv4_addr; flags timeout; }
      set leaking { type ipv4_addr; flags timeout; }
      chain forward {
        type filter hook forward priority -10;
        ip saddr @blackhole drop
        ip saddr @resetting meta l4proto tcp reject with tcp reset
        ip saddr @resetting reject
      }
      chain leave {
        type nat hook postrouting priority srcnat - 10;
        ip saddr @leaking ip daddr ${witness} snat ip to ${router}
      }
    }\n`,
  });
  load = startLoad(pod, { name: 'witness', host: witness, port: pod.witnessPort }, log.sample('load'));
  undo.defer(() => load.stop());
}, 60_000);

afterAll(() => undo.disposeAsync(), 60_000);

type Kind = 'blackhole' | 'resetting' | 'leaking';

/** Nothing else can be measured while it lasts; gives when it began. */
async function strike(set: Kind, lengthMs: number): Promise<number> {
  const startUs = nowUs();
  const element = `{ ${expected.egressIP} timeout ${lengthMs}ms }`;
  await cluster.router.run(['nft', 'add', 'element', ...table.split(' '), set, element]);
  await sleep(lengthMs);
  return startUs;
}

/** Probes of the time around it. */
async function readings(startUs: number): Promise<Record<'udp' | 'tcp', ReturnType<typeof outageOf>>> {
  await sleep(1_500);
  const reading = (kind: 'udp' | 'tcp'): ReturnType<typeof outageOf> => {
    const samples = load.probes[kind].filter(({ plannedUs }) => plannedUs >= startUs - 500_000);
    return outageOf(judgedOf(samples, expected), probeKinds[kind].intervalMs, startUs);
  };
  return { udp: reading('udp'), tcp: reading('tcp') };
}

const lengths = [100, 300, 800, 3_000, 10_000];

test.each(lengths)(
  'a black hole of %d ms is read as one, and an open connection survives it',
  async (lengthMs) => {
    await sleep(600);
    const startUs = await strike('blackhole', lengthMs);
    const { udp, tcp } = await readings(startUs);
    for (const [read, { intervalMs }] of [
      [udp, probeKinds.udp],
      [tcp, probeKinds.tcp],
    ] as const) {
      expect(Math.abs(read.totalOutageMs - lengthMs)).toBeLessThanOrEqual(allowedMs + intervalMs);
      expect(Math.abs(read.blackholeMs - lengthMs)).toBeLessThanOrEqual(allowedMs + intervalMs);
      expect({ wrong: read.wrongSourceMs, stretches: read.stretches, recovered: read.recovered }).toEqual({
        wrong: 0,
        stretches: 1,
        recovered: true,
      });
    }
  },
  60_000,
);

test('resets are told from silence', async () => {
  // TCP asks again ever more seldom: after ten seconds of silence it takes some more until it does.
  const quietUs = nowUs();
  await vi.waitFor(
    () => expect(load.kept.busy.some((one) => one.outcome === 'ok' && one.doneUs > quietUs)).toBe(true),
    {
      timeout: 20_000,
    },
  );
  const startUs = await strike('resetting', 800);
  const { udp, tcp } = await readings(startUs);
  expect(Math.abs(tcp.totalOutageMs - 800)).toBeLessThanOrEqual(allowedMs + probeKinds.tcp.intervalMs);
  expect(Math.abs(udp.totalOutageMs - 800)).toBeLessThanOrEqual(allowedMs + probeKinds.udp.intervalMs);
  const classes = new Set(
    judgedOf(load.probes.tcp, expected)
      .filter((probe) => probe.plannedUs >= startUs - 500_000)
      .map((probe) => probe.class),
  );
  // One that was on its way when it began is reset, all others are refused.
  expect(classes).toContain('refused');
  expect(classes).not.toContain('timeout');
}, 60_000);

test('a flap is two outages, and the time between them is none', async () => {
  const startUs = await strike('blackhole', 300);
  await sleep(500);
  await strike('blackhole', 300);
  const { udp } = await readings(startUs);
  expect(udp.stretches).toBe(2);
  expect(Math.abs(udp.blackholeMs - 600)).toBeLessThanOrEqual(2 * (allowedMs + probeKinds.udp.intervalMs));
}, 60_000);

// Last of those that probe: what the router has translated once it goes on translating, also for a port that is used again.
test('a leak is told from silence, however short', async () => {
  const startUs = await strike('leaking', 300);
  const { udp, tcp } = await readings(startUs);
  for (const [read, { intervalMs }] of [
    [udp, probeKinds.udp],
    [tcp, probeKinds.tcp],
  ] as const) {
    expect(Math.abs(read.wrongSourceMs - 300)).toBeLessThanOrEqual(allowedMs + intervalMs);
    expect(read.blackholeMs).toBe(0);
  }
}, 60_000);

test('the connections that were open all the time: one reset, as it was told', async () => {
  const endUs = nowUs();
  await load.stop();
  const { busy } = load.kept;
  expect(establishedOf(busy, keptConnections.busy.intervalMs, endUs)).toMatchObject({ fate: 'reset' });
  // Before it was reset it had survived black holes up to ten seconds.
  const broken = busy.find(({ outcome }) => outcome === 'reset');
  const before = busy.filter(({ plannedUs }) => plannedUs < (broken?.plannedUs ?? 0) - 1_000_000);
  const alive = establishedOf(before, keptConnections.busy.intervalMs, (broken?.plannedUs ?? 0) - 1_000_000);
  expect(alive.fate).toBe('survived');
  expect(alive.stallMs).toBeGreaterThanOrEqual(10_000);
}, 60_000);
