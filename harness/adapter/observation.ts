/** What an implementation says about a policy. A claim, which cases hold against what is seen outside. */
export interface PolicyStatus {
  /** The addresses that are in place, each with the node that has it. */
  readonly assigned: readonly { readonly address: string; readonly node: string }[];
  /** Why an address is not in place; null where nothing is said about that. */
  readonly pendingReason: string | null;
}

/** Something that an implementation has told about a policy, once. */
export interface PolicyEvent {
  readonly what: 'assigned' | 'unassigned' | 'failed';
  readonly text: string;
}

/** What an implementation has counted, on all its nodes together. */
export interface PolicyMetrics {
  /** Egress IPs that are in place now. */
  readonly addresses: number;
  /** How often a node has taken one. */
  readonly taken: number;
}
