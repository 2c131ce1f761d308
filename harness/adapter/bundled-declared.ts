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
  trafficClass: 'kept',
  ipOptions: 'kept',
  bandwidthScope: 'policy',
  badInput: {
    malformedAddress: 'rejected',
    unusableAddress: 'rejected',
    nodeAddress: 'reported',
    podAddress: 'reported',
    serviceAddress: 'reported',
    malformedRange: 'rejected',
    overlappingRange: 'rejected',
    missingSelection: 'rejected',
    impossibleSelector: 'rejected',
    missingAddress: 'rejected',
    contradiction: 'rejected',
    unknownField: 'rejected',
    missingPool: 'reported',
  },
  settleMs: 10_000,
};
