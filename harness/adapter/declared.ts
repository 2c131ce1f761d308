import type { BadKind, Handling } from './bad-input.ts';

/**
 * What an implementation says it does where implementations differ and none is wrong. Cases of level `declared` test it
 * as declared; it is told in every report.
 */
export interface Declared {
  /** What a policy with an empty selection selects. */
  readonly emptySelection: 'nothing' | 'everything';
  /** Whose address a pod has that several policies select: that of the oldest (by name where they are of the same second), or that of any one. */
  readonly conflict: 'oldest' | 'any';
  /** What becomes of a second policy with the address of another one. */
  readonly duplicateAddress: 'shared' | 'rejected' | 'pending';
  /** Which address of a pool a policy gets that asks for none. */
  readonly poolOrder: 'lowest free' | 'any';
  /** What becomes of a pool that is deleted while policies have addresses of it; a finalizer keeps them. */
  readonly usedPoolDeleted: 'refused' | 'addresses kept' | 'addresses lost';
  /** What becomes of a pool of ten thousand ranges. */
  readonly largePool: 'works' | 'refused';
  /** Who puts the Egress IP on a node. */
  readonly whoConfiguresAddress: 'implementation' | 'administrator';
  /** How pods of a policy leave while no node can have its address. */
  readonly noReadyGateway: 'drop' | 'nodeAddress';
  /** How pods of a policy without an address of a family leave in that family. */
  readonly unmatchedFamily: 'default' | 'drop';
  /** What a node's addresses other than its InternalIP are for selected pods: the outside, or the node, which they see as before. */
  readonly nodeSecondaryAddress: 'outside' | 'node';
  /** What becomes of a TCP connection that was open when its pod came to be selected. */
  readonly openConnectionOnApply: 'goes on' | 'reset' | 'hangs';
  /** What becomes of a TCP connection with the Egress IP when its policy is deleted. */
  readonly openConnectionOnDelete: 'goes on' | 'reset' | 'hangs';
  /** What becomes of pods that start while the controller is away: they have their Egress IP, or nothing until it is back. */
  readonly podsWithoutController: 'served' | 'wait';
  /** Whether connections keep the source port that the pod chose. */
  readonly sourcePort: 'kept where free' | 'changed';
  /** What becomes of DSCP and ECN of a pod's packets on their way outside. */
  readonly trafficClass: 'kept' | 'cleared';
  /** What becomes of packets with options in the IPv4 header. */
  readonly ipOptions: 'kept' | 'dropped';
  /** Who shares a limit of bandwidth: all pods of the policy, those of a node, or none. */
  readonly bandwidthScope: 'policy' | 'node' | 'pod';
  /** What becomes of wrong input of each kind. */
  readonly badInput: Readonly<Record<BadKind, Handling>>;
  /** What becomes of a pool in a VLAN: nodes get into it, or the policy says that they do not. */
  readonly vlan: 'used' | 'reported';
  /** Whether pods come to be of a policy that selects by labels of pods alone, when somebody labels them so. */
  readonly claimByPodLabels: 'possible' | 'denied';
  /** Milliseconds after a node is lost within which no status names it any more. */
  readonly nodeLossMs: number;
  /** Milliseconds within which a change has taken effect everywhere. */
  readonly settleMs: number;
}
