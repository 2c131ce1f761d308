import type { Sample } from '../history/events.ts';
import { failed, passed, unknown, type CheckResult } from './violations.ts';

/**
 * Connections of several pods from one source port to one destination, over one protocol: all were answered, and no two
 * pods had the same address and port outside.
 */
export function portsAreTheirOwn(
  samples: readonly Sample[],
  atLeast: number,
  { name }: { readonly name: string },
): CheckResult {
  const counted = samples.filter(({ outcome }) => outcome !== 'probeError');
  const answered = counted.filter(({ outcome }) => outcome === 'ok');
  if (answered.length < counted.length) {
    const [first] = counted.filter(({ outcome }) => outcome !== 'ok');
    return failed(
      name,
      `${counted.length - answered.length} of ${counted.length} connections were not answered, the first of ${first?.pod.name}: ${first?.outcome}`,
      [],
    );
  }
  const users = new Map<string, Set<string>>();
  for (const { kind, seen, pod } of answered) {
    const key = `${kind} ${seen?.address} ${seen?.port}`;
    users.set(key, (users.get(key) ?? new Set()).add(`${pod.namespace}/${pod.name}`));
  }
  const shared = [...users].find(([, pods]) => pods.size > 1);
  if (shared !== undefined) return failed(name, `${[...shared[1]].join(' and ')} were both seen as ${shared[0]}`, []);
  if (answered.length < atLeast) return unknown(name, `${answered.length} connections, fewer than ${atLeast}`);
  return passed(name, `${answered.length} connections, ${users.size} addresses and ports`, { ports: users.size });
}
