import { reachable } from '../check/source.ts';
import type { CheckContext } from '../check/violations.ts';
import type { Sample } from '../history/events.ts';
import { CaseStopped, type CaseLog } from './case-log.ts';
import { convergeOver, type Path } from './probing.ts';
import { timeouts } from './timeouts.ts';

/** Resolves when connections over every path are answered. The case ends, without a verdict, where they are not. */
export async function untilAnswered(paths: readonly Path[], log: CaseLog, context: CheckContext): Promise<void> {
  const isAnswered = ({ outcome }: Sample): boolean => outcome === 'ok';
  const limitMs = timeouts.serviceReady;
  const { converged, samples } = await convergeOver(paths, isAnswered, limitMs, log.sample(context.name));
  if (converged) return;
  const pods = [...new Set(paths.map(({ pod }) => pod.facts))];
  const judged = reachable({ pods, samples, atLeast: 1 }, context);
  log.conclude({ ...judged, outcome: 'unknown', message: `not within ${limitMs} ms: ${judged.message}` });
  throw new CaseStopped(context.name);
}
