import type { PodAddress } from './running-pods.ts';

/**
 * Of the pods that leave from here, those of other nodes: each address with the end of the overlay of the node that the
 * pod runs on, which alone may send it here.
 */
export function originsOf(
  addresses: Iterable<PodAddress>,
  self: string,
  overlayEnds: ReadonlyMap<string, string>,
  leaves: (pod: string) => boolean,
): Map<string, string> {
  const origins = new Map<string, string>();
  for (const { ip, pod } of addresses) {
    if (pod.spec?.nodeName === self || !leaves(ip)) continue;
    const end = overlayEnds.get(pod.spec?.nodeName ?? '');
    if (end !== undefined) origins.set(ip, end);
  }
  return origins;
}
