/** Seeded defects of the data plane, each with what is broken. A case that names one must fail when it is there. */
export const defects = {
  'snat-missing': 'the egress node does not translate: packets leave with another address',
  'snat-wrong-address': 'the egress node translates to an address next to the right one',
  'snat-node-address': 'the egress node translates to its own address',
  'first-pod-only': 'only one of the selected pods is steered',
  'tunnel-missing': 'pods that are not on the egress node are not steered there',
  'local-missing': 'pods on the egress node itself are not steered',
  'tcp-only': 'UDP is not translated',
  'udp-only': 'TCP is not translated',
  'selects-neighbours': 'pods that are not selected are steered as well',
  'crossed-addresses': 'two policies swap their addresses now and then',
  'host-network-selected': 'the traffic of nodes and hostNetwork pods is translated',
  'empty-selects-all': 'a policy with an empty selection applies to every pod',
  'pods-not-exempt': 'connections between pods are sent through the egress node',
  'nodes-not-exempt': 'connections to nodes are sent through the egress node',
  'api-server-not-exempt': 'connections to the API server are sent through the egress node',
  'stale-after-delete': 'pods stay steered when their policy is gone',
  'stale-after-relabel': 'pods stay steered when they are no longer selected',
  'stale-address': 'pods keep the first address of their policy when it changes',
  'address-stays': 'a node keeps the address when the policy is gone',
  'late-pods-ignored': 'only pods that were there before the policy are steered',
  'early-pods-ignored': 'only pods that came after the policy are steered',
  'second-policy-ignored': 'of two policies with one address only the first is applied',
} as const;

export type DefectName = keyof typeof defects;
