/**
 * Seeded defects, each with what is broken. A case that names one must fail when it is there. Each is made in one of
 * plan-defects.ts, layout-defects.ts (the agent's plan and tables bent), api-defects.ts (what agent and controller read
 * from and write to the API bent) and outside-defects.ts (the real ones, and somebody else who breaks things).
 */
export const defects = {
  'snat-missing': 'the egress node does not translate, so that packets leave with its own address',
  'snat-wrong-address': 'the egress node translates to another address than the one that was asked for',
  'snat-node-address': 'the egress node translates to its own address',
  'first-pod-only': 'of the selected pods of a node only one is steered',
  'tunnel-missing': 'pods that are not on the egress node are not steered there',
  'local-missing': 'pods on the egress node itself are not steered',
  'tcp-only': 'UDP is not translated',
  'udp-only': 'TCP is not translated',
  'ports-only': 'what is neither TCP nor UDP is not translated',
  'fragments-lost': 'of a datagram in several parts only the first one gets through the overlay',
  'large-packets-lost': 'packets of more than 1,000 octets are lost in the overlay, and nobody is told',
  'invalid-passes': 'what conntrack calls invalid is not held back, and passes NAT untouched',
  'traffic-class-cleared': 'DSCP and ECN of what leaves the cluster are cleared',
  'overlay-mtu-untold': 'nobody tells pods that packets may be smaller in the overlay',
  'icmp-errors-lost': 'ICMP errors are not forwarded to pods',
  'selects-neighbours': 'pods that are not selected are steered as well',
  'unselected-held': 'pods that no policy selects are held back',
  'crossed-addresses': 'two policies have each other’s address',
  'host-network-selected': 'the traffic of the egress node itself is translated',
  'empty-selects-all': 'a policy with an empty selection applies to every pod',
  'pods-not-exempt': 'connections between pods are sent through the egress node',
  'nodes-not-exempt': 'connections to nodes are sent through the egress node',
  'api-server-not-exempt': 'connections to the API server are sent through the egress node',
  'stale-after-delete': 'pods stay steered when their policy is gone',
  'stale-after-relabel': 'pods stay steered when they are no longer selected',
  'stale-address': 'pods keep the first address they had',
  'address-stays': 'a node keeps the address when the policy is gone',
  'shared-address-lost': 'deleting a policy takes its address away from others that share it',
  'second-address-unused': 'of several addresses of a policy only the first takes connections',
  'late-pods-ignored': 'pods that start after the policy are not steered',
  'early-pods-ignored': 'pods that were there before the policy are not steered',
  'stale-owner': 'an address stays on the node that had it first',
  'replaced-policy-late': 'a policy that is created again under its name takes effect after a moment only',
  'unknown-pods-pass': 'a pod that the agent does not know yet leaves with the address of its node',
  'forged-sources-pass': 'pods may use whatever source address they like',
  'overlay-open': 'the egress node takes whatever anybody sends into its tunnel',
  'overlay-from-afar': 'the egress node takes tunnelled packets from behind a router, in the names of nodes',
  'overlay-any-pod': 'a node may send tunnelled packets of pods that run on another node',
  'status-names-another-node': 'the status names a node that does not have the address',
  'status-claims-unassigned': 'the status names a node while no node has the address',
  'masqueraded-before':
    'something else on the nodes masquerades what leaves the pod network, before the egress node can translate',
  'gap-while-moving': 'a pod that changes its address has that of its egress node for a moment',
  'restart-chooses-anew': 'an agent that is restarted gives pods the address of another policy',
  'second-claim-ignored': 'the second policy for an address gives it to nobody',
  'second-claim-takes-over': 'the second policy for an address takes it away from the pods of the first',
  'decides-before-services': 'it is decided who is steered before the service proxy has chosen the endpoint',
  'replies-steered': 'answers of selected pods to connections from elsewhere are sent through the egress node',
  'shield-missing': 'Egress IPs accept connections',
  'marks-overwritten': 'the packet marks of others are lost',
  'lan-exempt': 'nothing in the network of the nodes is steered',
  'ipv6-ignored': 'IPv6 of selected pods is not steered',
  'ipv4-ignored': 'IPv4 of selected pods is not steered',
  'other-family-held': 'pods of a node that takes part in a policy of one family are held back in the other one',
  'spelling-counts': 'an IPv6 address that is not written in its shortest form is taken for another one',
  'announcements-lost': 'nobody on the link is told where an IPv6 address has moved',
  'duplicates-unnoticed': 'who asks whether an IPv6 address is free gets no answer (duplicate address detection)',
  'services-on-link': 'nodes have a route for service addresses to their own network',
  'schema-missing': 'the API server accepts policies and pools whatever is in them, for their schema says nothing',
  'webhook-missing': 'nobody validates what the schema of policies and pools cannot say',
  'refusals-unsaid': 'the status of a policy does not say what is wrong with it',
  'bad-policy-stops-all': 'a policy that cannot be put in place keeps all others from their addresses',
  'exceptions-ignored': 'destinations that are excepted later are not',
  'exceptions-too-wide': 'with a destination its whole network is excepted',
  'one-address-a-node': 'a node gives all pods that leave from it the first of its addresses',
} as const;

export type DefectName = keyof typeof defects;

export function isDefect(name: string): name is DefectName {
  return Object.hasOwn(defects, name);
}

/** Those that hit only some of the policies of a cluster: cases are run one after the other, so that they hit theirs. */
export const hitOnlySome: ReadonlySet<DefectName> = new Set([
  'crossed-addresses',
  'early-pods-ignored',
  'empty-selects-all',
  'first-pod-only',
  'late-pods-ignored',
  'other-family-held',
]);
