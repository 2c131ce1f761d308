import { externalIPPools, type ExternalIPPool } from '../../agent/api/external-ip-pool.ts';
import type { PoolAdapter } from './adapter.ts';
import { applyAll } from './bundled-objects.ts';

export const bundledPools: PoolAdapter = {
  async apply({ name, ranges, subnet }, { kube }) {
    const ipRanges = ranges.map((range) => ({ ...range }));
    const spec = { ipRanges, nodeSelector: { matchLabels: exit }, ...(subnet && { subnetInfo: subnet }) };
    const pool = { apiVersion: 'crd.antrea.io/v1beta1', kind: 'ExternalIPPool', metadata: { name }, spec };
    await applyAll(kube, [pool as ExternalIPPool]);
  },

  async remove(name, { kube }) {
    await kube.delete(externalIPPools, name);
  },

  async usage(name, { kube }) {
    const pool = await kube.find<ExternalIPPool>(externalIPPools, name);
    const usage = pool?.status?.usage;
    return usage === undefined ? null : { total: usage.total ?? 0, used: usage.used ?? 0 };
  },
};

const exit = { 'egress-gateway': 'true' };
