import type { Destination, Sample } from '../history/events.ts';
import type { CasePod, Series } from '../world/case-pod.ts';

/** What is sent all the time, and how often; milliseconds. Research for failover tests asks for the three at the same time. */
export const probeKinds = {
  /** A datagram over a flow of its own each time: what a packet sees. */
  udp: { intervalMs: 10, timeoutMs: 1_000 },
  /** A new connection with one request: what new users see. */
  tcp: { intervalMs: 50, timeoutMs: 1_000 },
} as const;
export type ProbeKindName = keyof typeof probeKinds;

/** Connections that are open when the fault strikes: one with a heartbeat, one that is idle. */
export const keptConnections = {
  busy: { intervalMs: 10, timeoutMs: 10_000 },
  idle: { intervalMs: 3_000, timeoutMs: 10_000 },
} as const;
export type KeptName = keyof typeof keptConnections;

/** Everything that one pod has sent. */
export interface PodLoad {
  readonly pod: CasePod;
  readonly probes: Readonly<Record<ProbeKindName, readonly Sample[]>>;
  readonly kept: Readonly<Record<KeptName, readonly Sample[]>>;
  /** Nothing more is sent; resolves when the last answers are in, or have been waited for. */
  stop(): Promise<void>;
}

/**
 * Starts all of it, in open loop: a probe goes when its time has come, whatever became of the ones before. One that is
 * late by more than its interval says nothing.
 */
export function startLoad(pod: CasePod, destination: Destination, record: (sample: Sample) => void): PodLoad {
  const series: Series[] = [];
  const collect = (): { all: Sample[]; onSample: (sample: Sample) => void } => {
    const all: Sample[] = [];
    return {
      all,
      onSample: (sample) => {
        all.push(sample);
        record(sample);
      },
    };
  };
  const probe = (kind: ProbeKindName): Sample[] => {
    const { all, onSample } = collect();
    const plan = probeKinds[kind];
    series.push(pod.start({ kind, destination, ...plan, maxLateMs: plan.intervalMs, onSample }));
    return all;
  };
  const keep = (name: KeptName): Sample[] => {
    const { all, onSample } = collect();
    // However late a question is, its answer tells that the connection lives.
    series.push(pod.keep({ kind: 'stream', destination, ...keptConnections[name], maxLateMs: 60_000, onSample }));
    return all;
  };
  return {
    pod,
    probes: { udp: probe('udp'), tcp: probe('tcp') },
    kept: { busy: keep('busy'), idle: keep('idle') },
    async stop() {
      for (const one of series) one.stop();
      await Promise.allSettled(series.map(({ done }) => done));
    },
  };
}
