import { z } from 'zod';

/** Ports of sinks. Captures tell only the beginnings of TCP connections to them. */
export const sinkPorts = { first: 19_000, last: 19_999 } as const;
export const isSinkPort = (candidate: number | null | undefined): boolean =>
  candidate != null && candidate >= sinkPorts.first && candidate <= sinkPorts.last;

/** Bulk to a sink of the witness: by TCP as much as goes through, by UDP as much as is said. */
export const bulkCommand = z.object({
  op: z.literal('bulk'),
  id: z.string(),
  host: z.string(),
  port: z.int().min(1).max(65_535),
  durationMs: z.number().positive(),
  /** UDP payload; absent for TCP. */
  mbitPerSecond: z.number().positive().optional(),
});
export type BulkCommand = z.infer<typeof bulkCommand>;

/** Payload that arrived at a sink since the last time. */
export const sunkEvent = z.object({
  event: z.literal('sunk'),
  port: z.int(),
  protocol: z.enum(['tcp', 'udp']),
  address: z.string(),
  bytes: z.int(),
  atUs: z.int().nonnegative(),
});
export type SunkEvent = z.infer<typeof sunkEvent>;
