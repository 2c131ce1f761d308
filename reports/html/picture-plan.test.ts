import { expect, test } from 'vitest';
import type { ClusterFacts, Flow } from '../model/run-result.ts';
import { planPicture } from './picture-plan.ts';

const node = (n: number) => ({ name: `node-${n}`, address: `172.16.18.12${n}`, podCIDR: `10.203.${n}.0/24` });
const cluster: ClusterFacts = {
  topology: 'egress',
  nodes: [node(1), node(2), node(3)],
  nodeLan: '172.16.18.0/24',
  router: '172.16.18.1',
  outside: { cidr: '172.16.20.0/24', witness: '172.16.20.20', database: '172.16.20.10' },
};
const flow = (over: Partial<Flow>): Flow => ({
  namespace: 'shop',
  pod: 'a',
  podIP: '10.203.1.5',
  node: 'node-1',
  destination: 'witness 172.16.20.20',
  protocol: 'tcp',
  seen: '172.16.18.131',
  via: ['node-2'],
  outcome: 'ok',
  count: 3,
  firstAtMs: 0,
  lastAtMs: 20,
  ...over,
});
const same = (name: string): string => name;

test('a connection over another node crosses the overlay, one that stays does not', () => {
  const plan = planPicture([flow({}), flow({ pod: 'b', node: 'node-2' })], cluster, same);
  expect(plan?.ways.map(({ crosses, told }) => [crosses, told])).toEqual([
    [true, 'shop/a on node-1, over node-2, seen as 172.16.18.131: 3 by tcp'],
    [false, 'shop/b on node-2, seen as 172.16.18.131: 3 by tcp'],
  ]);
  expect(plan?.nodes.map(({ name, exit }) => [name, exit !== null])).toEqual([
    ['node-1', false],
    ['node-2', true],
  ]);
});

test('an Egress IP has a colour of its own, an address of a node has that of nodes', () => {
  const own = flow({ pod: 'b', seen: '172.16.18.121', seenOwner: 'node-1', via: ['node-1'] });
  const plan = planPicture([flow({}), own, flow({ pod: 'c', seen: '172.16.18.132' })], cluster, same);
  const colours = Object.fromEntries(plan?.sources.map(({ address, colour }) => [address, colour]) ?? []);
  expect(colours).toEqual({
    '172.16.18.131': 'egress-0',
    '172.16.18.132': 'egress-1',
    '172.16.18.121': 'of-node',
  });
});

test.each<[string, Partial<Flow>]>([
  ['stayed inside', { destination: 'pod shop/b on node-2 10.203.2.5' }],
  ['was not answered', { seen: null, via: [], outcome: 'timeout' }],
  ['was not seen on the wire', { via: [] }],
])('there is no picture of what %s', (_what, over) => {
  expect(planPicture([flow(over)], cluster, same)).toBeNull();
});
