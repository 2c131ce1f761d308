import { z } from 'zod';

/** A fault that somebody has to take back when its maker dies: enough to do it from another process. */
const standing = z.object({
  id: z.int(),
  fault: z.string(),
  cluster: z.string(),
  stateDir: z.string(),
  adapter: z.string(),
  node: z.string(),
  kept: z.record(z.string(), z.string()),
});
export type Standing = z.infer<typeof standing>;

/** One line to the keeper. */
export const keeperLine = z.union([z.object({ begins: standing }), z.object({ ended: z.int() })]);
export type KeeperLine = z.infer<typeof keeperLine>;
