import { z } from 'zod';

/** What a client says first; from then on its lines are the program's input. */
export const hello = z.object({
  token: z.string(),
  program: z.string(),
  args: z.array(z.string()),
  env: z.record(z.string(), z.string()),
});
export type Hello = z.infer<typeof hello>;

/** What the server says, one JSON object a line. */
export const fromServer = z.discriminatedUnion('event', [
  z.object({
    event: z.literal('started'),
    interfaces: z.array(z.object({ name: z.string(), addresses: z.array(z.string()) })),
  }),
  z.object({ event: z.literal('refused'), why: z.string() }),
  z.object({ event: z.literal('line'), line: z.string() }),
  z.object({ event: z.literal('error'), line: z.string() }),
  z.object({ event: z.literal('ended'), exitCode: z.int() }),
]);
export type FromServer = z.infer<typeof fromServer>;
