import type { CasePod } from './case-pod.ts';
import type { Namespaces } from './namespaces.ts';
import type { Testbed } from './testbed.ts';

export interface PodAddress {
  readonly node: string;
  readonly ip: string;
}

/** Pods of other cases start meanwhile, and one of them may get the address first; it goes with its case. */
const maxTries = 10;

/** Starts a pod on each node until it has the address, which must be free there. */
export function startPodsAs(
  testbed: Testbed,
  namespaces: Namespaces,
  namespace: string,
  addresses: readonly PodAddress[],
): Promise<CasePod[]> {
  return Promise.all(
    addresses.map(async ({ node, ip }) => {
      for (let tries = 1; tries <= maxTries; tries += 1) {
        await testbed.cluster.node(node).nextPodAddress(ip);
        const [pod] = await namespaces.addPods(namespace, [{ node }]);
        if (pod?.facts.ip === ip) return pod;
        if (pod !== undefined) await namespaces.removePods([pod.facts]);
      }
      throw new Error(
        `none of ${maxTries} pods on ${node} got the address ${ip}; something else takes addresses there`,
      );
    }),
  );
}
