import type { Declared } from './declared.ts';

/** What the bundled implementation does. */
export const bundledDeclared: Declared = {
  emptySelection: 'nothing',
  conflict: 'oldest',
  duplicateAddress: 'shared',
  whoConfiguresAddress: 'implementation',
  noReadyGateway: 'drop',
  unmatchedFamily: 'default',
  nodeSecondaryAddress: 'outside',
  openConnectionOnApply: 'goes on',
  openConnectionOnDelete: 'goes on',
  sourcePort: 'kept where free',
  bandwidthScope: 'policy',
  settleMs: 10_000,
};
