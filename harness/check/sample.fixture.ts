import type { PodFacts, Sample } from '../history/events.ts';
import type { CheckContext } from './violations.ts';

export const node = '172.16.18.121';
export const egressIP = '172.16.18.131';
export const shop: PodFacts = {
  namespace: 'shop',
  name: 'a',
  ip: '10.203.1.5',
  node: 'node-1',
  nodeAddress: node,
  hostNetwork: false,
};
export const context: CheckContext = {
  name: 'the check',
  startUs: 1_000_000,
  ownerOf: (address) => (address === node ? 'node-1' : undefined),
};

/** Connections to the witness, 10 ms apart; for each the source that was seen, or how it ended. */
export function samples(...seen: readonly string[]): Sample[] {
  return seen.map((what, index) => {
    const isAddress = what.includes('.');
    return {
      pod: shop,
      destination: { name: 'witness', host: '172.16.20.20', port: 9001 },
      kind: 'tcp',
      plannedUs: 1_000_000 + index * 10_000,
      startedUs: 1_000_000 + index * 10_000,
      doneUs: 1_001_000 + index * 10_000,
      seq: index,
      token: `t.${index}`,
      outcome: isAddress ? 'ok' : (what as Sample['outcome']),
      ...(isAddress ? { seen: { address: what, port: 40_000 + index } } : {}),
    };
  });
}
