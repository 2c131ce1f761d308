import { setTimeout as sleep } from 'node:timers/promises';
import { externalIPPools, type ExternalIPPool } from '../../agent/api/external-ip-pool.ts';
import { installNamespace } from '../../agent/api/install.ts';
import { KubeApiError } from '../../agent/kube/error.ts';
import type { AdapterContext } from './adapter.ts';
import { readyMs, whenWorkloadsReady } from './workloads-ready.ts';

const apiVersion = 'crd.antrea.io/v1beta1';
const metadata = { name: 'egressproof-is-ready' };
/** RFC 5737: nobody's; and no node has the label. */
const spec = {
  ipRanges: [{ start: '203.0.113.255', end: '203.0.113.255' }],
  nodeSelector: { matchLabels: { 'egressproof.dev/nowhere': '' } },
};

/** The programs are there, and the webhook validates: Kubernetes calls pods of a lost node ready for a while. */
export async function bundledReady(context: AdapterContext): Promise<void> {
  const { kube, signal } = context;
  const pool: ExternalIPPool = { apiVersion, kind: 'ExternalIPPool', metadata, spec };
  for (const startMs = performance.now(); ; await sleep(200, undefined, { signal })) {
    await whenWorkloadsReady(context, installNamespace);
    try {
      await kube.apply(externalIPPools, pool);
      await kube.delete(externalIPPools, metadata.name);
      return;
    } catch (error) {
      // 500: the webhook could not be called.
      if (!(error instanceof KubeApiError && error.code === 500) || performance.now() - startMs > readyMs) throw error;
    }
  }
}
