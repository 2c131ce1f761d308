import { setTimeout as delay } from 'node:timers/promises';
import { leases } from '../../../agent/kube/object.ts';
import type { KubeObject } from '../../../agent/kube/object.ts';
import type { Kube } from '../../../agent/kube/types.ts';
import type { Kubelet } from './kubelet.ts';

/** How often a kubelet says that its node lives, and after how long a silent one is marked, milliseconds. */
const HEARTBEAT_MS = 2_000;
const SILENCE_MS = 6_000;

/** Leases and the Ready conditions, until `signal`: a node that reports stays Ready, a silent one becomes Unknown. */
export async function watchOverNodes(
  kube: Kube,
  kubelets: ReadonlyMap<string, Kubelet>,
  log: (line: string) => void,
  signal: AbortSignal,
): Promise<void> {
  const reportedMs = new Map([...kubelets.keys()].map((name) => [name, performance.now()]));
  const unknown = new Set<string>();
  const lookAt = async (name: string, kubelet: Kubelet): Promise<void> => {
    if (kubelet.reporting) {
      reportedMs.set(name, performance.now());
      await kube.apply(leases, leaseOf(name), { fieldManager: 'kubelet', force: true });
      if (unknown.delete(name)) await kubelet.report('True');
    } else if (!unknown.has(name) && performance.now() - (reportedMs.get(name) ?? 0) > SILENCE_MS) {
      unknown.add(name);
      await kubelet.report('Unknown');
    }
  };
  while (!signal.aborted) {
    for (const [name, kubelet] of kubelets) {
      await lookAt(name, kubelet).catch((error: unknown) => {
        if (!signal.aborted) log(`node ${name}: ${error instanceof Error ? error.message : String(error)}`);
      });
    }
    await delay(HEARTBEAT_MS, undefined, { signal }).catch(() => {});
  }
}
function leaseOf(node: string): KubeObject & { spec: unknown } {
  return {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: { name: node, namespace: 'kube-node-lease' },
    spec: { holderIdentity: node, leaseDurationSeconds: 40, renewTime: new Date().toISOString().replace('Z', '000Z') },
  };
}
