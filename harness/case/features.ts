/** Groups of features that are claimed together, in the order of reports. */
export const profiles = [
  'Core',
  'Selection',
  'Allocation',
  'HA',
  'Strictness',
  'Connections',
  'Protocol',
  'QoS',
  'Observability',
  'Robustness',
] as const;
export type Profile = (typeof profiles)[number];

const core = (means: string) => ({ level: 'core', profile: 'Core', means }) as const;
const extended = (profile: Exclude<Profile, 'Core'>, means: string) => ({ level: 'extended', profile, means }) as const;

/**
 * What an Egress implementation can be asked for, each with one line that says what a claim means.
 * Core features are nobody's choice; an extended one is tested where the adapter claims it.
 */
export const features = {
  NamespaceSourceIP: core('pods of a selected namespace leave with its Egress IP'),
  UnselectedUnaffected: core('pods that no policy selects leave as they did before'),
  AllPlacements: core('it holds for pods on the egress node, on another one, and on a plain worker'),
  PodToPodExempt: core('pods see each other with their own addresses'),
  ServiceExempt: core('services and DNS are reached as before'),
  NodeAndAPIServerExempt: core('nodes and the API server are reached as before'),
  IngressReplyUnaffected: core('replies to connections from outside keep their addresses'),
  HostNetworkUnaffected: core('hostNetwork pods and node processes keep the node address'),
  LifecycleApplyRemove: core('creating, changing and deleting policies, labels and namespaces takes effect'),
  PodChurn: core('new, recreated and gone pods are followed'),
  'TCP+UDP': core('TCP and UDP alike'),
  RestartSafe: core('restarts of its own programs end in the right state'),
  PodSelector: extended('Selection', 'a policy can select single pods by label'),
  MatchExpressions: extended('Selection', 'selectors can use In, NotIn, Exists and DoesNotExist'),
  NodeOfPodSelector: extended('Selection', 'a policy can select pods by the node they run on'),
  SourceCIDR: extended('Selection', 'a policy can select pods by their addresses'),
  DestinationCIDRs: extended('Selection', 'a policy can be limited to destinations'),
  ExcludedCIDRs: extended('Selection', 'destinations can be excepted, and are reached as before'),
  SharedIP: extended('Selection', 'several policies can share an Egress IP'),
  DefaultGateway: extended('Selection', 'pods without a policy can have a default one'),
  ExplicitIP: extended('Allocation', 'a policy can name its Egress IP'),
  UpdateIP: extended('Allocation', 'the Egress IP of a policy can be changed'),
  IPPool: extended('Allocation', 'a policy can take its Egress IP from a pool'),
  PoolUsageStatus: extended('Allocation', 'a pool tells how many addresses it has and how many are used'),
  MultipleIPs: extended('Allocation', 'one policy can spread its connections over several Egress IPs'),
  PinToNode: extended('Allocation', 'an administrator can say which node is the exit'),
  MaxIPsPerNode: extended('Allocation', 'the number of Egress IPs of a node can be limited'),
  SecondaryNetwork: extended(
    'Allocation',
    'Egress IPs can be of another subnet than the nodes, with a gateway of its own',
  ),
  VLAN: extended('Allocation', 'the subnet of Egress IPs can be a tagged VLAN'),
  BGP: extended('Allocation', 'Egress IPs are advertised by BGP'),
  L2Announce: extended('Allocation', 'Egress IPs are answered for by ARP and ND, and announced when they move'),
  FailoverCrash: extended('HA', 'the Egress IP moves when its node crashes'),
  FailoverGraceful: extended('HA', 'the Egress IP moves when its node is drained'),
  FailoverAgentDeath: extended('HA', 'the Egress IP moves when the agent of its node dies'),
  FailoverUplinkLoss: extended('HA', 'the Egress IP moves when its node loses the network'),
  SameIPAfterFailover: extended('HA', 'pods keep their Egress IP when its node is lost'),
  AutoFailback: extended('HA', 'the Egress IP goes back when its node returns'),
  StickyNoFailback: extended('HA', 'the Egress IP stays where it went when its node returns'),
  PlannedMove: extended('HA', 'a planned move of an Egress IP loses next to nothing'),
  SplitBrainRecovery: extended('HA', 'after a partition there is one owner again'),
  NeighbourFlip: extended('HA', 'neighbours learn at once where an Egress IP has moved'),
  DropWhenNoGateway: extended('Strictness', 'without an egress node selected pods are cut off, not seen as their node'),
  NoLeakAtPodStart: extended('Strictness', 'the first packet of a new pod has its Egress IP already'),
  NoLeakWhileMoving: extended('Strictness', 'no change of policies or labels shows the node address in between'),
  NoLeakUnderPortExhaustion: extended('Strictness', 'without a free port a connection fails and does not leak'),
  AntiSpoof: extended('Strictness', 'a pod cannot get an Egress IP by forging its source'),
  TunnelInjectionProof: extended('Strictness', 'nobody gets an Egress IP by sending into the overlay'),
  AdminOnlyUse: extended('Strictness', 'who may only edit a namespace cannot claim an Egress IP'),
  ConnSurvivesAgentRestart: extended('Connections', 'connections survive a restart of the agent'),
  ConnSurvivesUpgrade: extended('Connections', 'connections survive an upgrade'),
  ConnSurvivesFailover: extended('Connections', 'connections survive the loss of the egress node'),
  ResetOnGatewayLoss: extended('Connections', 'connections over a lost egress node are reset'),
  ICMPEcho: extended('Protocol', 'ICMP echo leaves with the Egress IP, and is answered'),
  ICMPErrors: extended('Protocol', 'ICMP errors, path MTU among them, reach the pod'),
  Fragments: extended('Protocol', 'datagrams larger than the MTU get through both ways'),
  SCTP: extended('Protocol', 'SCTP leaves with the Egress IP'),
  IPv6: extended('Protocol', 'IPv6 like IPv4'),
  DualStackOneObject: extended('Protocol', 'one policy can have an IPv4 and an IPv6 address'),
  IPv6OnlyCluster: extended('Protocol', 'works on a cluster without IPv4'),
  BandwidthEgress: extended('QoS', 'the traffic of a policy to the outside can be limited'),
  BandwidthIngress: extended('QoS', 'the traffic of a policy from the outside can be limited'),
  BandwidthBurst: extended('QoS', 'a limit has a burst of its own'),
  DSCP: extended('QoS', 'the DSCP of a policy can be set'),
  StatusNode: extended('Observability', 'the status tells the address and the node that has it, and it is so'),
  StatusConditions: extended('Observability', 'conditions tell whether an address is allocated and assigned'),
  Events: extended('Observability', 'events tell of assignment, its end and its failure'),
  Metrics: extended('Observability', 'metrics count Egress IPs and their moves'),
  FlowLog: extended('Observability', 'connections through an Egress are logged'),
  PendingReason: extended('Observability', 'a policy without an address says why'),
  Diagnostics: extended('Observability', 'its state can be collected while the cluster is degraded'),
  InputValidation: extended('Robustness', 'wrong objects are refused or reported, and never affect others'),
  CleanUninstall: extended('Robustness', 'after its removal nothing of it is left on the nodes'),
} as const;

export type Feature = keyof typeof features;

export function isFeature(name: string): name is Feature {
  return Object.hasOwn(features, name);
}
