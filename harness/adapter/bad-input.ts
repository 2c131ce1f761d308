/** Kinds of wrong input that an administrator may give, each with what it is. How it is written is the adapter's. */
export const badKinds = {
  malformedAddress: 'an Egress IP that is no address',
  unusableAddress: 'an Egress IP that no packet can leave with',
  nodeAddress: 'an Egress IP that is the address of a node',
  podAddress: 'an Egress IP from the network of pods',
  serviceAddress: 'an Egress IP from the network of Services',
  malformedRange: 'a range of addresses that is none',
  overlappingRange: 'a range with addresses of another policy',
  missingSelection: 'a policy that does not say for which pods it is',
  impossibleSelector: 'a selector that is none',
  missingAddress: 'a policy without any address',
  contradiction: 'fields that exclude each other',
  unknownField: 'a field that does not exist',
  missingPool: 'addresses from a pool that does not exist',
  tooLarge: 'more than the API can hold',
  immutableField: 'a change of what cannot be changed',
  nodeLimit: 'a limit of a node that is none',
} as const;
export type BadKind = keyof typeof badKinds;

export interface BadInput {
  readonly kind: BadKind;
  /**
   * What is wrong, as it is to be written: an address, a range (`FIRST-LAST` or a CIDR), the name of a flaw; ranges that
   * become others (`RANGE,... > RANGE,...`), or a limit and its node (`LIMIT on NODE`).
   */
  readonly text: string;
}

/** What can become of wrong input. Silence is a defect, so nobody can declare it. */
export type Handling = 'rejected' | 'reported';

export interface Attempt {
  /** `rejected`: it was not accepted. `reported`: it was, and its status says what is wrong. */
  readonly handling: Handling | 'ignored';
  /** What was said. */
  readonly message: string;
}
