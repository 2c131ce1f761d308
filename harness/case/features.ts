/**
 * What an Egress implementation can be asked for, each with one line that says what a claim means.
 * Core features are nobody's choice; an extended one is tested where the adapter claims it.
 */
export const features = {
  NamespaceSourceIP: { level: 'core', means: 'pods of a selected namespace leave with its Egress IP' },
  UnselectedUnaffected: { level: 'core', means: 'pods that no policy selects leave as they did before' },
  AllPlacements: {
    level: 'core',
    means: 'it holds for pods on the egress node, on another one, and on a plain worker',
  },
  PodToPodExempt: { level: 'core', means: 'pods see each other with their own addresses' },
  ServiceExempt: { level: 'core', means: 'services and DNS are reached as before' },
  NodeAndAPIServerExempt: { level: 'core', means: 'nodes and the API server are reached as before' },
  IngressReplyUnaffected: { level: 'core', means: 'replies to connections from outside keep their addresses' },
  HostNetworkUnaffected: { level: 'core', means: 'hostNetwork pods and node processes keep the node address' },
  LifecycleApplyRemove: {
    level: 'core',
    means: 'creating, changing and deleting policies, labels and namespaces takes effect',
  },
  PodChurn: { level: 'core', means: 'new, recreated and gone pods are followed' },
  'TCP+UDP': { level: 'core', means: 'TCP and UDP alike' },
  RestartSafe: { level: 'core', means: 'restarts of its own programs end in the right state' },
  PodSelector: { level: 'extended', means: 'a policy can select single pods by label' },
  SharedIP: { level: 'extended', means: 'several policies can share an Egress IP' },
  MultipleIPs: { level: 'extended', means: 'one policy can spread its connections over several Egress IPs' },
  UpdateIP: { level: 'extended', means: 'the Egress IP of a policy can be changed' },
  PinToNode: { level: 'extended', means: 'an administrator can say which node is the exit' },
} as const satisfies Record<string, { level: 'core' | 'extended'; means: string }>;

export type Feature = keyof typeof features;

export function isFeature(name: string): name is Feature {
  return Object.hasOwn(features, name);
}
