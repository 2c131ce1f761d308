import { expect, test } from 'vitest';
import type { Egress } from '../api/egress.ts';
import { defaultPlanSettings } from './facts.ts';
import type { Facts, Node, Pod } from './facts.ts';
import { planNode } from './plan.ts';
import { PlanMemory } from './pod-ways.ts';

const names = ['a', 'b', 'c'];

const node = (n: number): Node => ({
  metadata: { name: `node-${n}`, labels: {} },
  spec: { podCIDRs: [`10.203.${n}.0/24`, `fd00:203:${n}::/64`] },
  status: {
    addresses: [`172.16.18.12${n}`, `fd00:18::12${n}`].map((address) => ({ type: 'InternalIP', address })),
  },
});

/** Numbers that are the same in each run (a linear congruential generator). */
function numbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

test.each([1, 2, 3, 4, 5, 6, 7, 8])('a plan with a memory is the plan without one, whatever changes (%i)', (seed) => {
  const below = numbers(seed);
  const some = (): string => names[below(names.length)] ?? '';
  let made = 0;
  const newPod = (): Pod => {
    made += 1;
    const n = 1 + below(3);
    const last = 2 + below(8);
    return {
      metadata: { name: `p-${made}`, namespace: some(), labels: { app: some() }, creationTimestamp: String(below(5)) },
      spec: { nodeName: `node-${n}` },
      status: {
        phase: below(6) === 0 ? 'Succeeded' : 'Running',
        podIPs: [{ ip: `10.203.${n}.${last}` }, { ip: `fd00:203:${n}::${last}` }],
      },
    };
  };
  const newEgress = (name: string): Egress => ({
    metadata: { name, creationTimestamp: String(below(3)) },
    spec: {
      appliedTo:
        below(2) === 0
          ? { podSelector: { matchLabels: { app: some() } } }
          : { namespaceSelector: { matchLabels: { team: some() } } },
      egressIPs: [`172.16.18.13${below(9)}`, ...(below(2) === 0 ? ['fd00:18::131'] : [])],
      externalIPPools: ['pool', 'pool'].slice(0, 1 + below(2)),
    },
  });
  const pool = {
    metadata: { name: 'pool' },
    spec: { ipRanges: [{ cidr: '172.16.18.128/28' }, { cidr: 'fd00:18::130/124' }], nodeSelector: {} },
  };
  const nodes = [1, 2, 3].map(node);
  let pods: Pod[] = Array.from({ length: 12 }, newPod);
  let egresses = ['x', 'y'].map(newEgress);
  let namespaces = names.map((name) => ({ metadata: { name, labels: { team: name } } }));
  let alive = new Set(['node-1', 'node-2', 'node-3']);
  const memory = new PlanMemory();
  for (let round = 0; round < 60; round += 1) {
    const at = below(pods.length);
    const change = below(7);
    if (change === 0) pods = [...pods, newPod()];
    else if (change === 1) pods = pods.toSpliced(at, 1 + below(2));
    else if (change <= 3) pods = pods.with(at, newPod());
    else if (change === 4) egresses = egresses.with(below(2), newEgress(below(2) === 0 ? 'x' : 'y'));
    else if (change === 5)
      namespaces = namespaces.with(below(3), { metadata: { name: some(), labels: { team: some() } } });
    else alive = new Set(['node-1', 'node-2', 'node-3'].filter(() => below(3) > 0));
    if (pods.length === 0) pods = [newPod()];
    const facts: Facts = {
      ...{ nodes, namespaces, pods, egresses, alive, pools: [pool], apiServers: [], exceptCIDRs: [] },
      configuredAddresses: new Set(),
      mayTake: () => true,
    };
    expect(planNode(facts, 'node-1', defaultPlanSettings, memory)).toEqual(
      planNode(facts, 'node-1', defaultPlanSettings),
    );
  }
});
