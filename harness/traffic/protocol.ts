import { z } from 'zod';
import { bulkCommand, sunkEvent } from './bulk-protocol.ts';
import { flowsCommand } from './flows-protocol.ts';
import { forgedKinds } from './forged-packet.ts';

/**
 * What the harness and its resident programs say to each other: one JSON object a line.
 * Times are CLOCK_MONOTONIC in microseconds: comparable between processes of one kernel, and exact in a JSON number
 * for centuries (nanoseconds would not be after 104 days of uptime).
 */

/**
 * `icmp` is an echo that the witness also answers by itself, to tell who it saw; `ping` is one that any host answers,
 * and shows only that it was answered.
 */
export const probeKinds = ['tcp', 'udp', 'http', 'icmp', 'ping', 'sctp'] as const;
export type ProbeKind = (typeof probeKinds)[number];

/**
 * What became of one probe. `probeError` says that the probe itself failed (it was sent late, or the program could not
 * make a socket): it counts neither for nor against anybody.
 */
export const outcomes = ['ok', 'timeout', 'refused', 'reset', 'unreachable', 'rejected', 'probeError'] as const;
export type Outcome = (typeof outcomes)[number];

/** Largest request of a TCP probe; a datagram has at most 65,507 bytes (65,535 less the headers of IPv4 and UDP). */
const maxBytes = 64 * 1024 * 1024;
const port = z.int().min(1).max(65_535);
const family = z.literal([4, 6]).default(4);
const micros = z.int().nonnegative();
/** Who the server said it was talking to. */
const peer = z.object({ address: z.string(), port: z.int() });
export type Peer = z.infer<typeof peer>;

/** An open-loop series: probe k starts at t0 + k * intervalMs whatever became of the others. */
export const probeCommand = z.object({
  op: z.literal('probe'),
  id: z.string(),
  kind: z.enum(probeKinds),
  /** An address, or a name that is resolved anew for each probe when `dns` is given. */
  host: z.string(),
  port,
  /** Size of the request, and of the answer, where that is more than they need: bytes. */
  bytes: z.int().positive().max(maxBytes).optional(),
  /** DSCP and ECN of a UDP probe. */
  trafficClass: z.int().min(0).max(255).optional(),
  /** A UDP probe has options in its IPv4 header. */
  ipOptions: z.boolean().optional(),
  /** Of every TCP or UDP probe, so that each begins when the one before it has ended; TCP ends with a reset. */
  sourcePort: port.optional(),
  dns: z.string().optional(),
  /** Of the addresses of a name. */
  family,
  /** Absent: until stopped. */
  count: z.int().positive().optional(),
  /** Ends with the first probe that is answered. */
  untilAnswered: z.boolean().optional(),
  intervalMs: z.number().positive(),
  timeoutMs: z.number().positive(),
  /** A probe that starts later than this after its planned time is a probeError. */
  maxLateMs: z.number().positive(),
  /** The token of probe k is `<tokenPrefix>.<k>`. */
  tokenPrefix: z.string().regex(/^[\w.-]+$/),
});
export type ProbeCommand = z.infer<typeof probeCommand>;
/** What a request looks like, where that matters. */
export type RequestShape = Pick<ProbeCommand, 'bytes' | 'trafficClass' | 'ipOptions' | 'sourcePort'>;

/** A connection that is kept and asked over again and again: lines over TCP, datagrams of one socket, one HTTP/2 stream. */
const streamKinds = ['stream', 'udp-stream', 'http2', 'websocket'] as const;
export type StreamKind = (typeof streamKinds)[number];

/** How a request came to a server, as far as it can tell. */
const requestKinds = ['tcp', 'udp', 'http', 'icmp', 'sctp', 'http2', 'websocket'] as const;
export type RequestKind = (typeof requestKinds)[number];

/** One connection that is kept, with a question every intervalMs. */
export const streamCommand = probeCommand

  .omit({
    op: true,
    kind: true,
    dns: true,
    family: true,
    bytes: true,
    trafficClass: true,
    ipOptions: true,
    sourcePort: true,
  })

  .extend({ op: z.literal('stream'), kind: z.enum(streamKinds) });
export type StreamCommand = z.infer<typeof streamCommand>;

/** Queries a PostgreSQL, each over a connection of its own. */
export const queryCommand = z.object({
  op: z.literal('query'),
  id: z.string(),
  host: z.string(),
  port,
  database: z.string(),
  user: z.string(),
  password: z.string(),
  sql: z.string(),
  /** Also the application_name, so that the database's log can be joined with the history. */
  tokenPrefix: z.string(),
  count: z.int().positive(),
  intervalMs: z.number().positive(),
  timeoutMs: z.number().positive(),
});
export type QueryCommand = z.infer<typeof queryCommand>;

/** Echoes the client's source on a port: a line or datagram or HTTP request gets `{token, address, port}`. */
export const serveCommand = z.object({
  op: z.literal('serve'),
  id: z.string(),
  port,
  udpAt: z.array(z.string()).optional(),
});
export const resolveCommand = z.object({
  op: z.literal('resolve'),
  id: z.string(),
  name: z.string(),
  server: z.string(),
  family,
});
/** An HTTPS request whose certificate is not verified: is a server there at all? */
export const httpsCommand = z.object({
  op: z.literal('https'),
  id: z.string(),
  host: z.string(),
  port,
  path: z.string(),
  timeoutMs: z.number().positive(),
});
/** What the pod's kernel learns about the MTU of a path by sending packets of `bytes` that may not be fragmented. */
const mtuCommand = z.object({
  op: z.literal('mtu'),
  id: z.string(),
  host: z.string(),
  port,
  bytes: z.int().min(576).max(65_535),
  limitMs: z.number().positive(),
});
/** Which routers are on the way. */
const traceCommand = z.object({ op: z.literal('trace'), id: z.string(), host: z.string(), port });
/** Packets with addresses that the sender has no right to, perhaps inside a VXLAN datagram to a node. */
export const forgeCommand = z.object({
  op: z.literal('forge'),
  id: z.string(),
  packets: z.array(
    z.object({
      kind: z.enum(forgedKinds),
      source: z.string(),
      sourcePort: port,
      host: z.string(),
      port,
      ttl: z.int().min(1).max(255),
      token: z.string(),
      tunnel: z
        .object({
          source: z.string(),
          sourcePort: port,
          host: z.string(),
          port,
          ttl: z.int().min(1).max(255),
          vni: z.int(),
          mac: z.string(),
        })
        .optional(),
    }),
  ),
});
export type ForgeCommand = z.infer<typeof forgeCommand>;
export type Forged = ForgeCommand['packets'][number];

/** TCP segments that no ordinary program sends, `count` of each kind. */
const oddSegmentsCommand = z.object({
  op: z.literal('odd-segments'),
  id: z.string(),
  host: z.string(),
  port,
  /** The pod's own address. */
  from: z.string(),
  count: z.int().positive(),
});
export const stopCommand = z.object({ op: z.literal('stop'), id: z.string() });

export const trafficCommand = z.discriminatedUnion('op', [
  probeCommand,
  streamCommand,
  queryCommand,
  serveCommand,
  resolveCommand,
  httpsCommand,
  mtuCommand,
  traceCommand,
  oddSegmentsCommand,
  forgeCommand,
  flowsCommand,
  bulkCommand,
  stopCommand,
]);
export type TrafficCommand = z.infer<typeof trafficCommand>;
/** A command as it is sent: what has a default may be left out. */
export type TrafficOrder = z.input<typeof trafficCommand>;

/** One probe, stream line or query that has ended. */
export const probeEvent = z.object({
  event: z.literal('probe'),
  id: z.string(),
  seq: z.int(),
  token: z.string(),
  kind: z.enum([...probeKinds, ...streamKinds, 'postgres', 'https', 'dns']),
  plannedUs: micros,
  startedUs: micros,
  doneUs: micros,
  outcome: z.enum(outcomes),
  /** The client as the server saw it; absent unless the server answered. */
  seen: peer.optional(),
  /** What the operating system or the server said when it did not work. */
  error: z.string().optional(),
});
export type ProbeEvent = z.infer<typeof probeEvent>;

export const trafficEvent = z.discriminatedUnion('event', [
  probeEvent,
  /** The program takes commands. */
  z.object({ event: z.literal('listening'), id: z.literal('program') }),
  z.object({ event: z.literal('ready'), id: z.string(), port: z.int() }),
  z.object({ event: z.literal('resolved'), id: z.string(), addresses: z.array(z.string()) }),
  z.object({ event: z.literal('mtu'), id: z.string(), bytes: z.int() }),
  z.object({ event: z.literal('path'), id: z.string(), hops: z.array(z.string().nullable()), reached: z.boolean() }),
  z.object({ event: z.literal('done'), id: z.string(), sent: z.int() }),
  z.object({ event: z.literal('failed'), id: z.string(), message: z.string() }),
]);
export type TrafficEvent = z.infer<typeof trafficEvent>;

export const witnessCommand = z.discriminatedUnion('op', [
  z.object({ op: z.literal('open'), id: z.string(), ports: z.array(port) }),
  z.object({ op: z.literal('sink'), id: z.string(), ports: z.array(port) }),
  z.object({ op: z.literal('close'), id: z.string(), ports: z.array(port) }),
]);
export type WitnessCommand = z.infer<typeof witnessCommand>;

/** One request that arrived at the witness. */
export const ledgerEvent = z.object({
  event: z.literal('seen'),
  token: z.string(),
  address: z.string(),
  sourcePort: z.int(),
  port: z.int(),
  protocol: z.enum(requestKinds),
  atUs: micros,
  time: z.iso.datetime(),
});
export type LedgerEvent = z.infer<typeof ledgerEvent>;

export const witnessEvent = z.discriminatedUnion('event', [
  ledgerEvent,
  sunkEvent,
  z.object({ event: z.literal('ready'), id: z.string() }),
  z.object({ event: z.literal('failed'), id: z.string(), message: z.string() }),
]);
export type WitnessEvent = z.infer<typeof witnessEvent>;

/** The clock of all events. */
export function nowUs(): number {
  return Number(process.hrtime.bigint() / 1000n);
}
