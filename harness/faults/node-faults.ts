import type { ClusterNode } from '../../clusters/cluster.ts';
import type { Fault } from './fault.ts';

type Struck = 'powerOff' | 'unplug' | 'freeze' | 'stopKubelet';

/** What the cluster itself can do to a node. */
const ofNode = (method: Struck, what: Pick<Fault, 'does' | 'isNot'> & Partial<Pick<Fault, 'cutsOffPods'>>): Fault => ({
  ...what,
  hits: 'node',
  needs: [method],
  begin: async ({ node }) => void (await strike(node, method)),
  // Not with the undo that the cluster gives: whoever has it may be gone.
  end: ({ node }) => node.heal(),
});

const strike = (node: ClusterNode, method: Struck): Promise<unknown> => node[method]();

export const powerCut = ofNode('powerOff', {
  does: 'every process of the node and the state of its kernel are gone at once, and its link is down',
  isNot: 'no shutdown: nobody is told, and nothing is written',
  cutsOffPods: true,
});

export const unplug = ofNode('unplug', {
  does: 'the cable of the node is pulled: the link is down on both ends',
  isNot: 'no loss of power: the node goes on, and believes itself to be what it was',
  cutsOffPods: true,
});

export const freezeNode = ofNode('freeze', {
  does: 'every process of the node stands still',
  isNot: 'no loss of power: its kernel goes on forwarding, translating and answering ARP',
  cutsOffPods: true,
});

export const kubeletStop = ofNode('stopKubelet', {
  does: 'the kubelet of the node stops: the node becomes NotReady',
  isNot: 'no loss of the node: its pods, its agent and its kernel go on',
});
