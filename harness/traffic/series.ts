import type { Sockets } from '../../agent/linux/sockets.ts';
import { requestHttps } from './https-request.ts';
import { messageOf, outcomeOf } from './outcome.ts';
import { queryOutcome, queryPostgres } from './postgres-query.ts';
import { probes } from './probe.ts';
import {
  nowUs,
  type Outcome,
  type Peer,
  type ProbeCommand,
  type ProbeEvent,
  type QueryCommand,
  type RequestShape,
  type TrafficCommand,
} from './protocol.ts';
import { openLoop } from './schedule.ts';

/** How one request of a series is made and judged. */
interface Attempt {
  readonly kind: ProbeEvent['kind'];
  make(token: string, signal: AbortSignal): Promise<Peer | undefined>;
  outcome(error: unknown): Outcome;
}

type HttpsCommand = Extract<TrafficCommand, { op: 'https' }>;

/** Runs an open-loop series, each request over a connection of its own; resolves with how many were made. */
export async function runSeries(
  sockets: Sockets,
  command: ProbeCommand | QueryCommand | HttpsCommand,
  emit: (event: ProbeEvent) => void,
  stopped: AbortSignal,
): Promise<number> {
  const attempt = attemptOf(sockets, command);
  const answered = new AbortController();
  const signal = AbortSignal.any([stopped, answered.signal]);
  const prefix = command.op === 'https' ? command.id : command.tokenPrefix;
  const plan =
    command.op === 'https'
      ? { count: 1, intervalMs: 1, maxLateMs: Number.POSITIVE_INFINITY }
      : { maxLateMs: Number.POSITIVE_INFINITY, ...command };
  return openLoop(
    plan,
    async ({ seq, plannedUs, startedUs, late }) => {
      const token = `${prefix}.${seq}`;
      // Latency and time-out both count from the planned time: a late start must not make a server look better.
      const leftMs = Math.max(1, Math.round(command.timeoutMs - (startedUs - plannedUs) / 1000));
      const result = await attempt
        .make(token, AbortSignal.any([AbortSignal.timeout(leftMs), signal]))
        .then((seen) => ({ outcome: 'ok' as Outcome, ...(seen === undefined ? {} : { seen }) }))
        .catch((error: unknown) => ({ outcome: attempt.outcome(error), error: messageOf(error) }));
      // A request that was cut short because the series was stopped says nothing.
      if (signal.aborted && result.outcome !== 'ok') return;
      const times = { plannedUs, startedUs, doneUs: nowUs() };
      const base = { event: 'probe', id: command.id, seq, token, kind: attempt.kind, ...times } as const;
      emit(late ? { ...base, outcome: 'probeError', error: 'sent late' } : { ...base, ...result });
      if (command.op === 'probe' && command.untilAnswered === true && result.outcome === 'ok') answered.abort();
    },
    signal,
  );
}

function attemptOf(sockets: Sockets, command: ProbeCommand | QueryCommand | HttpsCommand): Attempt {
  switch (command.op) {
    case 'query':
      return {
        kind: 'postgres',
        make: (token, signal) => queryPostgres(sockets, command, token, signal),
        outcome: queryOutcome,
      };
    case 'https':
      return {
        kind: 'https',
        make: async (_token, signal) => {
          await requestHttps(sockets, { host: command.host, port: command.port }, command.path, signal);
          return undefined;
        },
        outcome: outcomeOf,
      };
    case 'probe': {
      const make: Attempt['make'] = async (token, signal) => {
        const host = await hostOf(sockets, command);
        const request = { to: { host, port: command.port }, token, ...shapeOf(command) };
        return probes[command.kind](sockets, request, signal);
      };
      return {
        kind: command.kind,
        make: command.sourcePort === undefined ? make : oneAfterTheOther(make),
        outcome: outcomeOf,
      };
    }
  }
}

/** A port can be used again when the connection before has ended, however long that takes. */
function oneAfterTheOther(make: Attempt['make']): Attempt['make'] {
  let before: Promise<unknown> = Promise.resolve();
  return (token, signal) => {
    const next = before.then(() => make(token, signal));
    before = next.catch(() => undefined);
    return next;
  };
}

const shapeOf = ({ bytes, trafficClass, ipOptions, sourcePort }: ProbeCommand): RequestShape => ({
  bytes,
  trafficClass,
  ipOptions,
  sourcePort,
});

/** The address to send to: the command's host, or what the command's DNS server says for it. */
async function hostOf(sockets: Sockets, { host, dns, family }: ProbeCommand): Promise<string> {
  if (dns === undefined) return host;
  const [address] = await sockets.resolve(host, { host: dns }, family);
  if (address === undefined) throw new Error(`${host}: the DNS server ${dns} knows no IPv${family} address`);
  return address;
}
