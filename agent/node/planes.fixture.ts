import { DataPlane } from './dataplane.ts';
import { defaultPlanSettings } from './facts.ts';
import type { Facts } from './facts.ts';
import { planNode } from './plan.ts';
import { netnsOf, testNodes } from './testbed.fixture.ts';
import type { Both, TestNode } from './testbed.fixture.ts';

/** What is said about the testbed's nodes and pods, the same in every test of plans in the kernel. */
export interface TestState extends Pick<Facts, 'egresses' | 'pools'> {
  /** The last letter of a pod's name is the number of its node. */
  readonly pods: Readonly<Record<string, Both>>;
  /** Of all pods; default none. */
  readonly podLabels?: Readonly<Record<string, string>>;
  /** Default: all nodes. */
  readonly alive?: readonly TestNode[];
}

/** The facts of the testbed; each node has its name as a label. */
export function testFacts({ pods, podLabels = {}, egresses, pools, alive = testNodes }: TestState): Facts {
  return {
    nodes: testNodes.map(({ name, address, podCIDR }) => ({
      metadata: { name, labels: { name } },
      spec: { podCIDRs: [podCIDR[4], podCIDR[6]] },
      status: { addresses: [address[4], address[6]].map((ip) => ({ type: 'InternalIP', address: ip })) },
    })),
    namespaces: [{ metadata: { name: 'default' } }],
    pods: Object.entries(pods).map(([name, address]) => ({
      metadata: { name, namespace: 'default', labels: { ...podLabels } },
      spec: { nodeName: `node-${name.at(-1)}` },
      status: { phase: 'Running', podIPs: [{ ip: address[4] }, { ip: address[6] }] },
    })),
    egresses,
    pools,
    apiServers: [],
    exceptCIDRs: [],
    alive: new Set(alive.map(({ name }) => name)),
    configuredAddresses: new Set(),
    mayTake: () => true,
  };
}

export const newPlane = (node: TestNode): DataPlane =>
  new DataPlane({ netns: netnsOf(node.name), overlayPort: 4789, leaseMs: 60_000 });

/** Brings each of the nodes in line with the facts, and announces what it holds. */
export async function applyTo(planes: ReadonlyMap<TestNode, DataPlane>, facts: Facts): Promise<void> {
  for (const [node, plane] of planes) {
    const plan = planNode(facts, node.name, defaultPlanSettings);
    if (!plan) throw new Error(`no plan for ${node.name}`);
    await plane.apply(plan);
    plane.announce(plan.held);
  }
}
