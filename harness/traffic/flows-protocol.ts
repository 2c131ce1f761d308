import { z } from 'zod';

const port = z.int().min(1).max(65_535);

/** One UDP datagram from each of so many source ports in a row: as many flows to one destination. */
export const flowsCommand = z.object({
  op: z.literal('flows'),
  id: z.string(),
  host: z.string(),
  port,
  /** The pod's own address. */
  from: z.string(),
  firstSourcePort: port,
  count: z.int().positive().max(65_535),
});
export type FlowsCommand = z.infer<typeof flowsCommand>;
