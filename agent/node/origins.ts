import type { Pod } from './facts.ts';
import { runningPods } from './running-pods.ts';

/**
 * Of the pods that leave from here, those of other nodes: each address with the end of the overlay of the node that the
 * pod runs on, which alone may send it here.
 */
export function originsOf(
  pods: readonly Pod[],
  self: string,
  overlayEnds: ReadonlyMap<string, string>,
  leaves: (pod: string) => boolean,
): Map<string, string> {
  return new Map(
    runningPods(pods).flatMap(({ pod: { spec }, ip }): [string, string][] => {
      const end = overlayEnds.get(spec?.nodeName ?? '');
      return end === undefined || spec?.nodeName === self || !leaves(ip) ? [] : [[ip, end]];
    }),
  );
}
