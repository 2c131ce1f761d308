import { expect, test } from 'vitest';
import type { Egress, EgressSpec } from '../api/egress.ts';
import { defaultPlanSettings } from './facts.ts';
import type { Facts, Node, Pod } from './facts.ts';
import { overlayMac } from '../api/overlay.ts';
import { planNode } from './plan.ts';

const node = (n: number): Node => ({
  metadata: { name: `node-${n}`, labels: { zone: String(n) } },
  spec: { podCIDRs: [`10.203.${n}.0/24`] },
  status: { addresses: [{ type: 'InternalIP', address: `172.16.18.12${n}` }] },
});

const pod = (
  ip: string,
  extra: { spec?: Pod['spec']; phase?: string; labels?: Record<string, string>; created?: string } = {},
): Pod => ({
  metadata: {
    name: ip,
    namespace: 'lab',
    labels: extra.labels ?? { app: 'erp' },
    creationTimestamp: extra.created ?? '',
  },
  spec: { nodeName: `node-${ip.split('.')[2]}`, ...extra.spec },
  status: { phase: extra.phase ?? 'Running', podIP: ip },
});

const egress = (name: string, spec: Partial<EgressSpec>, status?: Egress['status']): Egress => ({
  metadata: { name, creationTimestamp: name },
  spec: { appliedTo: { podSelector: { matchLabels: { app: 'erp' } } }, ...spec },
  ...(status ? { status } : {}),
});

const pooled = (name: string, zone: number, egressIP = '172.16.18.131'): Egress =>
  egress(name, { egressIP, externalIPPool: `zone-${zone}` });

const facts = (change: Partial<Facts>): Facts => ({
  nodes: [node(1), node(2), node(3)],
  namespaces: [{ metadata: { name: 'lab', labels: { team: 'lab' } } }],
  pods: [pod('10.203.1.5'), pod('10.203.2.5'), pod('10.203.3.5')],
  egresses: [],
  pools: [1, 2, 3].map((zone) => ({
    metadata: { name: `zone-${zone}` },
    spec: {
      ipRanges: [{ start: '172.16.18.131', end: '172.16.18.140' }],
      nodeSelector: { matchLabels: { zone: String(zone) } },
    },
  })),
  apiServers: ['172.16.18.120'],
  exceptCIDRs: [],
  alive: new Set(['node-1', 'node-2', 'node-3']),
  configuredAddresses: new Set(['172.16.18.121']),
  mayTake: () => true,
  ...change,
});

const plan = (change: Partial<Facts>, settings: Partial<typeof defaultPlanSettings> = {}, self = 'node-1') => {
  const made = planNode(facts(change), self, { ...defaultPlanSettings, ...settings });
  if (!made) throw new Error('no plan');
  return made;
};

test('without Egresses only the local pods are known, and nothing is steered', () => {
  const made = plan(
    { exceptCIDRs: ['172.16.98.7'] },
    { serviceCIDRs: ['10.96.0.0/16'], exceptCIDRs: ['172.16.99.0/24', 'fd00::/8'] },
  );
  expect([...made.pods]).toEqual(['10.203.1.5']);
  expect(made.steering.size + made.snat.size + made.addresses.size).toBe(0);
  expect(made.exempt).toEqual([
    '10.203.1.0/24',
    '10.203.2.0/24',
    '10.203.3.0/24',
    '10.96.0.0/16',
    '169.254.0.0/16',
    '172.16.18.120',
    '172.16.18.121',
    '172.16.18.122',
    '172.16.18.123',
    '172.16.98.7',
    '172.16.99.0/24',
    'fd00::/8',
    'fe80::/10',
  ]);
  expect([...made.peers]).toEqual([
    ['172.16.18.122', overlayMac('172.16.18.122')],
    ['172.16.18.123', overlayMac('172.16.18.123')],
  ]);
  expect(overlayMac('172.16.18.122')).toBe('02:e6:ac:10:12:7a');
});

test('the owner translates the selected pods of all nodes, and steers only its own', () => {
  const made = plan({ egresses: [pooled('e', 1)] });
  expect(made.steering).toEqual(new Map([['10.203.1.5', 'local']]));
  expect([...made.snat.keys()]).toEqual(['10.203.1.5', '10.203.2.5', '10.203.3.5']);
  expect([...made.held]).toEqual(['172.16.18.131']);
});

test('another node sends its selected pods to the owner, and holds nothing', () => {
  const made = plan({ egresses: [pooled('e', 2)] });
  expect(made.steering).toEqual(new Map([['10.203.1.5', overlayMac('172.16.18.122')]]));
  expect(made.snat.size + made.held.size + made.owned.size).toBe(0);
  expect([...made.addresses]).toEqual(['172.16.18.131']);
});

test.each<{ name: string; pods: Pod[] }>([
  { name: 'hostNetwork', pods: [pod('10.203.1.5', { spec: { hostNetwork: true, nodeName: 'node-1' } })] },
  { name: 'ended', pods: [pod('10.203.1.5', { phase: 'Succeeded' })] },
  { name: 'failed', pods: [pod('10.203.1.5', { phase: 'Failed' })] },
  { name: 'not scheduled', pods: [pod('10.203.1.5', { spec: { nodeName: '' } })] },
])('a pod that is $name is ignored', ({ pods }) => {
  const made = plan({ pods, egresses: [pooled('e', 1)] });
  expect(made.pods.size + made.steering.size + made.snat.size).toBe(0);
});

test('an address belongs to the pod that got it last', () => {
  const old = pod('10.203.1.5', { created: '2026-01-01' });
  const young = pod('10.203.1.5', { created: '2026-01-02', labels: { app: 'other' } });
  for (const pods of [
    [old, young],
    [young, old],
  ])
    expect(plan({ pods, egresses: [pooled('e', 1)] }).steering.size).toBe(0);
});

test('of several Egresses the oldest has the pod', () => {
  const egresses = [pooled('2026-02', 1, '172.16.18.132'), pooled('2026-01', 1, '172.16.18.131')];
  expect(plan({ egresses }).snat.get('10.203.1.5')).toBe('172.16.18.131');
});

const refused: Egress['status'] = { conditions: [{ type: 'IPAllocated', status: 'False' }] };

test.each<{ name: string; egress: Egress; change?: Partial<Facts>; why: string | null }>([
  {
    name: 'no alive node that the pool selects',
    egress: pooled('e', 1),
    change: { alive: new Set(['node-2']) },
    why: 'no Node available',
  },
  { name: 'no address yet', egress: egress('e', { externalIPPool: 'zone-1' }), why: null },
  { name: 'no such pool', egress: egress('e', { externalIPPool: 'x', egressIP: '172.16.18.131' }), why: null },
  { name: 'an address out of the pool', egress: pooled('e', 1, '172.16.18.200'), why: null },
  { name: 'an address the controller refused', egress: { ...pooled('e', 1), status: refused }, why: null },
  {
    name: 'a static address on no node',
    egress: egress('e', { egressIP: '172.16.18.99' }),
    why: 'no Node has 172.16.18.99 configured',
  },
])('without a node ($name) pods are dropped, or fall back to the node', ({ egress: one, change = {}, why }) => {
  const made = plan({ egresses: [one], ...change });
  expect(made.steering).toEqual(new Map([['10.203.1.5', 'drop']]));
  expect(made.owned.size).toBe(0);
  expect(made.ownership[0]?.places[0]?.why).toBe(why);
  expect(plan({ egresses: [one], ...change }, { fallback: 'nodeIP' }).steering.size).toBe(0);
});

test('a static address is owned where it is configured, but not held', () => {
  const one = egress('e', { egressIP: '172.16.18.121' });
  const made = plan({ egresses: [one] });
  expect([[...made.owned], [...made.held], [...made.addresses]]).toEqual([['172.16.18.121'], [], []]);
  const reported = egress('e', { egressIP: '172.16.18.121' }, { egressIP: '172.16.18.121', egressNode: 'node-1' });
  const elsewhere = plan({ egresses: [reported], configuredAddresses: new Set() }, {}, 'node-2');
  expect(elsewhere.steering).toEqual(new Map([['10.203.2.5', overlayMac('172.16.18.121')]]));
});

test('an address that its last owner still has is not taken, yet its pods are ready', () => {
  const made = plan({ egresses: [pooled('e', 1)], mayTake: () => false });
  expect(made.held.size + made.owned.size).toBe(0);
  expect(made.steering.get('10.203.1.5')).toBe('local');
});

const dualNode = (n: number): Node => ({
  ...node(n),
  spec: { podCIDRs: [`10.203.${n}.0/24`, `fd00:203:${n}::/64`] },
  status: {
    addresses: [`172.16.18.12${n}`, `fd00:18::12${n}`].map((address) => ({ type: 'InternalIP', address })),
  },
});
const dualPod = (n: number): Pod => {
  const one = pod(`10.203.${n}.5`);
  return { ...one, status: { ...one.status, podIPs: [{ ip: `10.203.${n}.5` }, { ip: `fd00:203:${n}:0::5` }] } };
};
const poolOf6 = {
  metadata: { name: 'v6' },
  spec: { ipRanges: [{ cidr: 'fd00:18::130/124' }], nodeSelector: { matchLabels: { zone: '1' } } },
};
const dual = (egresses: Egress[], pools = [...facts({}).pools, poolOf6]): Partial<Facts> => ({
  nodes: [1, 2, 3].map(dualNode),
  pods: [1, 2].map(dualPod),
  egresses,
  pools,
});

test('an IPv6 Egress has the IPv6 addresses of pods, in their canonical text, and no other', () => {
  const made = plan(dual([egress('e', { egressIP: 'fd00:18:0::131', externalIPPool: 'v6' })]));
  expect([...made.pods]).toEqual(['10.203.1.5', 'fd00:203:1::5']);
  expect([...made.steering.keys()]).toEqual(['fd00:203:1::5']);
  expect([...made.snat]).toEqual([1, 2].map((n) => [`fd00:203:${n}::5`, 'fd00:18::131']));
  expect([[...made.held], [...made.uplinks], made.nodeAddress]).toEqual([
    ['fd00:18::131'],
    [
      [4, '172.16.18.121'],
      [6, 'fd00:18::121'],
    ],
    '172.16.18.121',
  ]);
});

test('of the Egresses of a pod, the oldest of each IP version has that version', () => {
  const v6 = egress('3', { egressIP: 'fd00:18::131', externalIPPool: 'v6' });
  const made = plan(dual([pooled('2', 1, '172.16.18.132'), pooled('1', 1), v6]));
  expect([made.snat.get('10.203.1.5'), made.snat.get('fd00:203:1::5')]).toEqual(['172.16.18.131', 'fd00:18::131']);
});

test.each([
  { name: 'the pool of IPv6 addresses', pool: 'v6', held: ['fd00:203:1::5'] },
  { name: 'a pool that nobody knows', pool: 'x', held: ['10.203.1.5', 'fd00:203:1::5'] },
])('while an Egress waits for an address of $name, what it may come to have is held', ({ pool, held }) => {
  const made = plan(dual([egress('e', { externalIPPool: pool })]));
  expect([...made.steering]).toEqual(held.map((ip) => [ip, 'drop']));
});

const several = (...ips: string[]): Egress =>
  egress('e', { egressIPs: ips, externalIPPools: ips.map((_, i) => `zone-${i + 1}`) });

test('several addresses: each on a node of its own pool, and every pod has a way for each', () => {
  const one = several('172.16.18.131', '172.16.18.132');
  const made = plan({ egresses: [one] });
  const way2 = overlayMac('172.16.18.122');
  expect([...made.spread]).toEqual([['10.203.1.5', ['local', way2]]]);
  expect(made.spreadSnat.get('10.203.3.5')).toEqual(['172.16.18.131', null]);
  expect([made.steering.size, made.snat.size, [...made.held]]).toEqual([0, 0, ['172.16.18.131']]);
  const third = plan({ egresses: [one] }, {}, 'node-3');
  expect([...third.spread]).toEqual([['10.203.3.5', [overlayMac('172.16.18.121'), way2]]]);
  expect([third.spreadSnat.size, third.held.size, third.addresses.size]).toEqual([0, 0, 2]);
});

test.each([
  { name: 'has no node', change: { alive: new Set(['node-1', 'node-3']) }, ips: ['172.16.18.131', '172.16.18.132'] },
  { name: 'is not allocated', change: {}, ips: ['172.16.18.131', ''] },
])('one of several that $name takes no connection', ({ change, ips }) => {
  expect([...plan({ egresses: [several(...ips)], ...change }).spread]).toEqual([['10.203.1.5', ['local', 'drop']]]);
});

test('while none of several has a node, pods are dropped', () => {
  const made = plan({ egresses: [several('172.16.18.131', '172.16.18.132')], alive: new Set(['node-3']) });
  expect([[...made.steering], made.spread.size]).toEqual([[['10.203.1.5', 'drop']], 0]);
});

test('an address of each IP version is one for each, not several', () => {
  const one = egress('e', { egressIPs: ['172.16.18.131', 'fd00:18::131'], externalIPPools: ['zone-1', 'v6'] });
  const made = plan(dual([one]));
  expect(made.spread.size).toBe(0);
  expect([made.snat.get('10.203.2.5'), made.snat.get('fd00:203:2::5')]).toEqual(['172.16.18.131', 'fd00:18::131']);
});

test('the overlay is of IPv6 on nodes that have no other address', () => {
  const only6 = (n: number): Node => ({
    ...dualNode(n),
    status: { addresses: [{ type: 'InternalIP', address: `fd00:18::12${n}` }] },
  });
  const made = plan({ ...dual([]), nodes: [1, 2].map(only6) });
  expect([made.nodeAddress, ...made.peers.keys()]).toEqual(['fd00:18::121', 'fd00:18::122']);
  expect(made.peers.get('fd00:18::122')).toMatch(/^06(:[0-9a-f]{2}){5}$/);
  expect(made.uplinks.get(4)).toBe('fd00:18::121');
});

test.each([
  { whose: 'a node', ip: '172.16.18.132', settings: {} },
  { whose: 'pods', ip: '10.203.2.9', settings: {} },
  { whose: 'Services', ip: '172.16.18.140', settings: { serviceCIDRs: ['172.16.18.140/32'] } },
])('an address of $whose is never an Egress IP, also before the controller has refused it', ({ ip, settings }) => {
  const other: Node = {
    metadata: { name: 'node-4' },
    status: { addresses: [{ type: 'ExternalIP', address: '172.16.18.132' }] },
  };
  const wide = { ipRanges: [{ start: ip, end: ip }], nodeSelector: {} };
  const made = plan(
    {
      nodes: [node(1), node(2), node(3), other],
      pools: [{ metadata: { name: 'zone-1' }, spec: wide }],
      egresses: [pooled('a', 1, ip)],
    },
    settings,
  );
  expect([...made.held, ...made.owned, ...made.addresses]).toEqual([]);
});

test('no plan without the InternalIP of the node', () =>
  expect(planNode(facts({}), 'node-9', defaultPlanSettings)).toBeNull());

test('an address of a pool with a subnet has it; one with a VLAN has no node', () => {
  const subnet = { gateway: '172.16.18.1', prefixLength: 24 };
  const [one] = facts({}).pools as [Facts['pools'][number]];
  const pools = (vlan: number) => [{ ...one, spec: { ...one.spec, subnetInfo: { ...subnet, vlan } } }];
  const made = (vlan: number) => plan({ egresses: [pooled('e', 1)], pools: pools(vlan) });
  expect(made(0).subnets.get('172.16.18.131')?.network).toBe('172.16.18.0/24');
  const { steering, held, addresses } = made(7);
  expect([[...steering], held.size, ...addresses]).toEqual([[['10.203.1.5', 'drop']], 0, '172.16.18.131']);
});
