import { expect, test } from 'vitest';
import { selectionOf, type Of } from './selection.ts';

const realName = (name: string): string => `sel-00-ab-${name}`;
const metadataName = 'kubernetes.io/metadata.name';

test.each<{ of: Of; gives: ReturnType<typeof selectionOf> }>([
  { of: 'everything', gives: 'everything' },
  { of: { namespace: 'shop' }, gives: { namespaces: { [metadataName]: 'sel-00-ab-shop' } } },
  {
    of: { namespace: 'shop', pods: { app: 'a' } },
    gives: { namespaces: { [metadataName]: 'sel-00-ab-shop' }, pods: { app: 'a' } },
  },
  {
    of: { namespaces: ['shop', 'web'], podsMatching: [{ key: 'tier', operator: 'Exists' }] },
    gives: {
      namespacesMatching: [{ key: metadataName, operator: 'In', values: ['sel-00-ab-shop', 'sel-00-ab-web'] }],
      podsMatching: [{ key: 'tier', operator: 'Exists' }],
    },
  },
  { of: { namespaceLabels: { egress: 'gold' } }, gives: { namespaces: { egress: 'gold' } } },
  { of: { pods: { app: 'a' } }, gives: { pods: { app: 'a' } } },
])('$of', ({ of, gives }) => {
  expect(selectionOf(of, realName)).toEqual(gives);
});
