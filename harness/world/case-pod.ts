import type { ExecSession } from '../../agent/kube/types.ts';
import type { RunningProcess } from '../../clusters/cluster.ts';
import { both } from '../check/address.ts';
import type { Destination, PodFacts, Sample } from '../history/events.ts';
import {
  trafficEvent,
  type Forged,
  type ProbeKind,
  type RequestShape,
  type StreamKind,
  type TrafficEvent,
  type TrafficOrder,
} from '../traffic/protocol.ts';
import type { BulkCommand } from '../traffic/bulk-protocol.ts';
import type { FlowsCommand } from '../traffic/flows-protocol.ts';
import { ProgramLink } from './program-link.ts';
import { sourceMaxLateMs, timeouts } from './timeouts.ts';

export interface SeriesPlan extends RequestShape {
  readonly kind: ProbeKind;
  readonly destination: Destination;
  /** Absent: until stopped. */
  readonly count?: number;
  readonly intervalMs: number;
  /** Resolve the destination's `host` with this DNS server, anew for each connection. */
  readonly dns?: string;
  /** For one answer, from its planned time; default timeouts.probe. */
  readonly timeoutMs?: number;
  /** One that is sent later than this after its planned time is a probeError; default sourceMaxLateMs. */
  readonly maxLateMs?: number;
  readonly onSample: (sample: Sample) => void;
}

/** One connection that is kept, with a question every intervalMs. */
export interface KeptPlan extends Pick<
  SeriesPlan,
  'destination' | 'count' | 'intervalMs' | 'timeoutMs' | 'maxLateMs' | 'onSample'
> {
  readonly kind: StreamKind;
}

export interface Login {
  readonly database: string;
  readonly user: string;
  readonly password: string;
}

export interface Series {
  stop(): void;
  /** Resolves when every connection of the series has ended. */
  readonly done: Promise<void>;
}

type Id<C> = C extends { id: string } ? Omit<C, 'id'> : never;

/** A pod (or process of a node) with a resident traffic program. */
export class CasePod implements Disposable {
  readonly facts: PodFacts;
  /** Its own port at the witness. */
  readonly witnessPort: number;
  readonly #session: ExecSession | RunningProcess;
  readonly #link: ProgramLink<TrafficEvent>;
  readonly #tokenPrefix: string;
  /** Resolves when the program takes commands. */
  readonly listening: Promise<void>;
  #commands = 0;

  constructor(facts: PodFacts, witnessPort: number, session: ExecSession | RunningProcess, tokenPrefix: string) {
    this.facts = facts;
    this.witnessPort = witnessPort;
    this.#session = session;
    this.#tokenPrefix = tokenPrefix;
    this.#link = new ProgramLink(session, trafficEvent, `the traffic program of ${facts.namespace}/${facts.name}`);
    this.listening = this.#answer(
      'program',
      (event) => (event.event === 'listening' ? true : undefined),
      'sign that it takes commands',
      timeouts.podReady,
    ).then(() => undefined);
    // Whoever awaits it gets the error.
    this.listening.catch(() => undefined);
  }

  /** Starts an open-loop series of fresh connections. */
  start({
    destination,
    timeoutMs = timeouts.probe,
    maxLateMs = sourceMaxLateMs,
    onSample,
    ...request
  }: SeriesPlan): Series {
    const { host, port } = destination;
    const { count, intervalMs } = request;
    const limits = { timeoutMs, maxLateMs, tokenPrefix: this.#nextToken() };
    const { id, done } = this.#run(
      { op: 'probe', ...request, host, port, ...limits },
      destination,
      onSample,
      count === undefined ? null : 2 * count * intervalMs + timeoutMs + timeouts.command,
    );
    return { done, stop: () => this.#link.send({ op: 'stop', id }) };
  }

  /** Keeps one connection and asks over it again and again. */
  keep({
    kind,
    destination,
    timeoutMs = timeouts.probe,
    maxLateMs = sourceMaxLateMs,
    onSample,
    ...plan
  }: KeptPlan): Series {
    const { host, port } = destination;
    const { count, intervalMs } = plan;
    const limits = { timeoutMs, maxLateMs, tokenPrefix: this.#nextToken() };
    const { id, done } = this.#run(
      { op: 'stream', kind, host, port, ...plan, ...limits },
      destination,
      onSample,
      count === undefined ? null : 2 * count * intervalMs + timeoutMs + timeouts.command,
    );
    return { done, stop: () => this.#link.send({ op: 'stop', id }) };
  }

  /** Asks a PostgreSQL for the client's address, `count` times over fresh connections. */
  async query(login: Login, destination: Destination, count: number, intervalMs: number): Promise<Sample[]> {
    const samples: Sample[] = [];
    const { host, port } = destination;
    const sql = 'select host(inet_client_addr()), inet_client_port()';
    const limits = { count, intervalMs, timeoutMs: timeouts.probe, tokenPrefix: this.#nextToken() };
    const limitMs = 2 * count * intervalMs + timeouts.probe + timeouts.command;
    await this.#run(
      { op: 'query', host, port, ...login, sql, ...limits },
      destination,
      (of) => samples.push(of),
      limitMs,
    ).done;
    return samples;
  }

  /** Whether a TLS server answers at all. */
  async https(destination: Destination, path: string): Promise<Sample[]> {
    const samples: Sample[] = [];
    const { host, port } = destination;
    const command = { op: 'https', host, port, path, timeoutMs: timeouts.probe } as const;
    await this.#run(command, destination, (of) => samples.push(of), timeouts.probe + timeouts.command).done;
    return samples;
  }

  /** Listens, for the rest of the case, as a server that tells its clients where they came from. */
  async serve(port: number): Promise<void> {
    const id = this.#nextId();
    const ready = this.#answer(
      id,
      (event) => (event.event === 'ready' ? true : undefined),
      `sign that port ${port} is open`,
    );
    const { hostNetwork, ip, ip6 } = this.facts;
    this.#link.send({ op: 'serve', id, port, ...(hostNetwork ? { udpAt: both(ip, ip6) } : {}) });
    await ready;
  }

  /** Sends bulk to a sink; resolves with the octets that were sent. */
  async bulk(order: Omit<BulkCommand, 'op' | 'id'>): Promise<number> {
    const id = this.#nextId();
    const done = this.#answer(
      id,
      (event) => (event.event === 'done' ? event.sent : undefined),
      'end of its bulk',
      order.durationMs + timeouts.command,
    );
    this.#link.send({ op: 'bulk', id, ...order });
    return done;
  }

  /** Sends packets as they are; resolves when they are sent. */
  async forge(packets: readonly Forged[]): Promise<void> {
    const id = this.#nextId();
    const sent = this.#answer(id, (event) => (event.event === 'done' ? true : undefined), 'end of its packets');
    this.#link.send({ op: 'forge', id, packets });
    await sent;
  }

  /** Opens flows of one datagram each; resolves with how many. */
  async openFlows(order: Omit<FlowsCommand, 'op' | 'id'>): Promise<number> {
    const id = this.#nextId();
    const done = this.#answer(
      id,
      (event) => (event.event === 'done' ? event.sent : undefined),
      'end of its flows',
      timeouts.probe + 4 * timeouts.command,
    );
    this.#link.send({ op: 'flows', id, ...order });
    return done;
  }

  async resolve(name: string, server: string): Promise<readonly string[]> {
    const id = this.#nextId();
    const answer = this.#answer(
      id,
      (event) => (event.event === 'resolved' ? event.addresses : undefined),
      `answer for ${name}`,
    );
    this.#link.send({ op: 'resolve', id, name, server });
    return answer;
  }

  /** The path MTU that its kernel learns from packets of `bytes` that may not be fragmented, bytes. */
  async pathMtu({ host, port }: Destination, bytes: number, limitMs: number): Promise<number> {
    const id = this.#nextId();
    const answer = this.#answer(
      id,
      (event) => (event.event === 'mtu' ? event.bytes : undefined),
      'path MTU',
      limitMs + timeouts.command,
    );
    this.#link.send({ op: 'mtu', id, host, port, bytes, limitMs });
    return answer;
  }

  /** Sends TCP segments that no ordinary program sends, `count` of each kind; gives how many. */
  async sendOddSegments({ host, port }: Destination, count: number): Promise<number> {
    const id = this.#nextId();
    const done = this.#answer(id, (event) => (event.event === 'done' ? event.sent : undefined), 'end of its segments');
    this.#link.send({ op: 'odd-segments', id, host, port, from: this.facts.ip, count });
    return done;
  }

  /** Who says that its datagrams have expired, hop by hop, and whether one arrived at the destination. */
  async trace({ host, port }: Destination): Promise<{ hops: readonly (string | null)[]; reached: boolean }> {
    const id = this.#nextId();
    const answer = this.#answer(id, (event) => (event.event === 'path' ? event : undefined), 'path', timeouts.command);
    this.#link.send({ op: 'trace', id, host, port });
    return answer;
  }

  [Symbol.dispose](): void {
    if ('close' in this.#session) this.#session.close();
    else void this.#session.stop();
  }

  #run(
    command: Id<TrafficOrder>,
    destination: Destination,
    onSample: (sample: Sample) => void,
    limitMs: number | null,
  ): { id: string; done: Promise<void> } {
    const id = this.#nextId();
    const stopListening = this.#link.onEvent((event) => {
      if (event.event !== 'probe' || event.id !== id) return;
      const { event: _event, id: _id, ...sample } = event;
      onSample({ ...sample, pod: this.facts, destination });
    });
    const done = this.#answer(
      id,
      (event) => (event.event === 'done' ? true : undefined),
      'end of its connections',
      limitMs,
    );
    const ended = done.then(() => undefined).finally(stopListening);
    // Whoever awaits `done` gets the error; a series that is dropped because of another error must not end the process.
    ended.catch(() => undefined);
    this.#link.send({ id, ...command });
    return { id, done: ended };
  }

  #answer<T>(
    id: string,
    pick: (event: TrafficEvent) => T | undefined,
    what: string,
    limitMs: number | null = timeouts.command,
  ): Promise<T> {
    return this.#link.waitFor(
      (event) => {
        if (event.id !== id) return undefined;
        if (event.event === 'failed') throw new Error(`${this.facts.namespace}/${this.facts.name}: ${event.message}`);
        return pick(event);
      },
      limitMs,
      what,
    );
  }

  #nextId(): string {
    return String((this.#commands += 1));
  }

  #nextToken(): string {
    return `${this.#tokenPrefix}.${this.facts.name}.${this.#commands}`;
  }
}
