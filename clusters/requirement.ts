/** Something that a provider needs of the machine, looked at and not assumed. */
export interface Requirement {
  readonly name: string;
  readonly ok: boolean;
  readonly found: string;
  /** What to do when it is not met; empty when it is. */
  readonly remedy: string;
}
