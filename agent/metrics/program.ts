import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { WatchHealth } from '../kube/types.ts';

/** The gauges of a collector are set when somebody asks, so that nothing is counted that nobody reads. */
export interface ProgramMetrics {
  readonly registry: Registry;
  /** Begins all names of the program. */
  readonly prefix: string;
  /** To be called after each run of a reconcile loop. */
  readonly loopRan: (loop: string, seconds: number, failed: boolean) => void;
  readonly watchFailed: (resource: string) => void;
}

/** Seconds: a plan takes milliseconds, a kernel change tens of them, an API server in trouble up to its time limit. */
const durations = [0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10];

/** What every program tells: its process, its loops and its watches. */
export function programMetrics(program: 'agent' | 'controller', watches: () => Iterable<WatchHealth>): ProgramMetrics {
  const registry = new Registry();
  const registers = [registry];
  const prefix = `egressproof_${program}_`;
  new Gauge({
    name: 'process_resident_memory_bytes',
    help: 'Resident memory of the process.',
    registers,
    collect() {
      this.set(process.memoryUsage.rss());
    },
  });
  new Counter({
    name: 'process_cpu_seconds_total',
    help: 'User and system CPU time of the process.',
    registers,
    collect() {
      const { user, system } = process.cpuUsage();
      this.reset();
      this.inc((user + system) / 1e6);
    },
  });
  new Gauge({
    name: `${prefix}watch_silent_seconds`,
    help: 'Time since the API server was last heard in the watch of a resource; some 60 to 70 when nothing changes.',
    labelNames: ['resource'],
    registers,
    collect() {
      for (const { resource, silentMs } of watches()) this.set({ resource }, silentMs / 1000);
    },
  });
  const failures = new Counter({
    name: `${prefix}watch_failures_total`,
    help: 'Lists and watches that failed and were tried again.',
    labelNames: ['resource'],
    registers,
  });
  const duration = new Histogram({
    name: `${prefix}reconcile_duration_seconds`,
    help: 'Duration of the runs of a reconcile loop.',
    labelNames: ['loop'],
    buckets: durations,
    registers,
  });
  const errors = new Counter({
    name: `${prefix}reconcile_errors_total`,
    help: 'Runs of a reconcile loop that failed and were tried again.',
    labelNames: ['loop'],
    registers,
  });
  return {
    registry,
    prefix,
    loopRan: (loop, seconds, failed) => {
      duration.observe({ loop }, seconds);
      errors.inc({ loop }, failed ? 1 : 0);
    },
    watchFailed: (resource) => failures.inc({ resource }),
  };
}
