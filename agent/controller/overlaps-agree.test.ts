import fc from 'fast-check';
import { expect, test } from 'vitest';
import { appliesTo } from '../api/egress.ts';
import type { Egress } from '../api/egress.ts';
import type { ExternalIPPool } from '../api/external-ip-pool.ts';
import { defaultPlanSettings } from '../node/facts.ts';
import type { Facts } from '../node/facts.ts';
import { planNode } from '../node/plan.ts';
import { OverlapFinder } from './overlaps.ts';

const labels = fc.dictionary(fc.constantFrom('app', 'tier'), fc.constantFrom('x', 'y'), { noNullPrototype: true });
const pool: ExternalIPPool = {
  metadata: { name: 'p' },
  spec: { ipRanges: [{ cidr: '172.16.18.128/27' }], nodeSelector: {} },
};

test('the controller tells of the pods that the nodes give to others, and of no more', () => {
  const policies = fc.array(fc.record({ matchLabels: labels, age: fc.nat(2) }), { maxLength: 5 });
  fc.assert(
    fc.property(policies, fc.array(labels, { maxLength: 6 }), (wanted, podLabels) => {
      const egresses = wanted.map(({ matchLabels, age }, i): Egress => ({
        metadata: { name: `e${i}`, creationTimestamp: `2026-01-01T00:00:0${age}Z`, generation: 1 },
        spec: {
          appliedTo: { podSelector: { matchLabels } },
          externalIPPool: 'p',
          egressIP: `172.16.18.${131 + i}`,
        },
      }));
      const pods: Facts['pods'] = podLabels.map((own, i) => ({
        metadata: { name: `pod-${i}`, namespace: 'lab', labels: own },
        spec: { nodeName: 'node-1' },
        status: { phase: 'Running', podIP: `10.203.1.${10 + i}` },
      }));
      const namespace = { metadata: { name: 'lab' } };
      const plan = planNode(
        {
          nodes: [
            {
              metadata: { name: 'node-1' },
              spec: { podCIDRs: ['10.203.1.0/24'] },
              status: { addresses: [{ type: 'InternalIP', address: '172.16.18.121' }] },
            },
          ],
          namespaces: [namespace],
          pods,
          egresses,
          pools: [pool],
          apiServers: [],
          exceptCIDRs: [],
          alive: new Set(['node-1']),
          configuredAddresses: new Set(),
          mayTake: () => true,
        },
        'node-1',
        defaultPlanSettings,
      );
      const lost = new Map<string, number>();
      for (const pod of pods) {
        for (const egress of egresses.filter((one) => appliesTo(one, pod.metadata.labels, undefined))) {
          const name = egress.metadata.name ?? '';
          const isItsOwn = plan?.snat.get(pod.status?.podIP ?? '') === egress.spec.egressIP;
          if (!isItsOwn) lost.set(name, (lost.get(name) ?? 0) + 1);
        }
      }
      const pools = new Map([['p', pool]]);
      const namespaces = new Map([['lab', namespace]]);
      const told = new OverlapFinder().find({ egresses, pools, namespaces, pods });
      expect(new Map([...told].map(([name, overlap]) => [name, overlap.pods]))).toEqual(lost);
    }),
  );
});
