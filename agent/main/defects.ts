import type { Kube } from '../kube/types.ts';
import type { NodeAgentOptions } from '../node/agent.ts';

/** For tests: what makes a program of ours a broken one. */
export interface Defects extends Pick<NodeAgentOptions, 'rewritePlan' | 'rewriteLayout'> {
  /** What the program reads from the API, and writes there. */
  readonly rewriteKube?: (kube: Kube) => Kube;
}
