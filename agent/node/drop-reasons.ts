/** Why the tables drop a packet, as metrics tell it. */
type DropReason =
  /** A new connection to an Egress IP. */
  | 'to-egress-ip'
  /** A source address that is not routed to where the packet came from. */
  | 'forged-source'
  /** Of a pod, and of no connection that conntrack knows. */
  | 'invalid-state'
  /** Of an address in the pod CIDR that is no known pod (yet). */
  | 'unknown-pod'
  /** Of a pod whose Egress has no node. */
  | 'no-node'
  /** Of a connection that was in the overlay, and must not go on with the pod's own address. */
  | 'was-in-overlay'
  /** Out of the overlay, of a pod that does not leave from here. */
  | 'not-from-here'
  /** For the overlay's port, from somebody who may not speak it. */
  | 'forged-tunnel'
  /** Into the overlay, of nobody whose egress node is known. */
  | 'overlay-unknown'
  /** With the overlay's mark by another way. */
  | 'overlay-bypassed'
  /** Would have left with another source than an Egress IP that the node owns. */
  | 'not-owned'
  /** An answer to ARP or neighbour discovery for an Egress IP that the node does not own. */
  | 'answer-not-owned';

/** The end of a rule that drops; its counter is read by that name. */
export const dropFor = (reason: DropReason): string => `counter drop comment "${reason}"`;
/** The chain that steers what has no node. */
export const noNodeChain = 'no_node';
