import type { Feature } from '../case/features.ts';

/** The extended features that the bundled implementation claims; one a line. */
export const bundledFeatures: ReadonlySet<Feature> = new Set<Feature>([
  'PodSelector',
  'MatchExpressions',
  'ExcludedCIDRs',
  'NoLeakWhileMoving',
  'ExplicitIP',
  'IPPool',
  'PoolUsageStatus',
  'PendingReason',
  'MaxIPsPerNode',
  'SharedIP',
  'UpdateIP',
  'PinToNode',
  'NoLeakAtPodStart',
  'NoLeakWhileMoving',
  'StatusNode',
  'InputValidation',
  'ICMPEcho',
  'ICMPErrors',
  'Fragments',
  'SCTP',
  'MultipleIPs',
  'AntiSpoof',
  'TunnelInjectionProof',
  'IPv6',
  'DualStackOneObject',
  'IPv6OnlyCluster',
  // One a line, so that two claims made at the same time do not meet.
]);
