import { z } from 'zod';

/**
 * One IP packet or ARP message on a wire. `sport` and `dport` are absent for later fragments and other protocols; `target`
 * is what Neighbour Discovery asks for or speaks of. An ICMP echo of the harness has the port at the witness that it was
 * sent for as its `dport`, and its identifier as its `sport`.
 */
export const packetEvent = z.object({
  iface: z.string(),
  /** CLOCK_MONOTONIC, microseconds. */
  atUs: z.int().nonnegative(),
  protocol: z.string(),
  src: z.string(),
  dst: z.string(),
  sport: z.int().optional(),
  dport: z.int().optional(),
  target: z.string().optional(),
  /** Hardware address of whoever put it on the wire. */
  from: z.string().optional(),
  /** Length of the IP packet. */
  bytes: z.int(),
  ttl: z.int(),
  /** DSCP and ECN; absent: 0. */
  trafficClass: z.int().optional(),
  tcpFlags: z.string().optional(),
  /** Of a SYN: the largest segment its sender can take, bytes. */
  maxSegment: z.int().optional(),
  hasOptions: z.literal(true).optional(),
  isFragment: z.literal(true).optional(),
});
export type PacketEvent = z.infer<typeof packetEvent>;

/** What a capture is told, and tells. */
export const captureCommand = z.object({ op: z.literal('fence'), id: z.string() });
export const captureEvent = z.discriminatedUnion('event', [
  z.object({ event: z.literal('packets'), packets: z.array(packetEvent) }),
  z.object({ event: z.literal('ready'), interfaces: z.array(z.string()) }),
  /** Everything that was on the wire before the fence was asked for has been told; `dropped` is the kernel's count. */
  z.object({ event: z.literal('fence'), id: z.string(), dropped: z.int() }),
]);
export type CaptureEvent = z.infer<typeof captureEvent>;
