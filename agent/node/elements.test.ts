import { expect, test } from 'vitest';
import { diffElements, noElements, parseElements, renderElements } from './elements.ts';
import type { NodePlan } from './plan.ts';
import { markerOf, renderLayout } from './ruleset.ts';

const plan = (change: Partial<NodePlan> = {}): NodePlan => ({
  nodeAddress: '172.16.18.121',
  uplinks: new Map([[4, '172.16.18.121']]),
  podRanges: ['10.203.1.0/24'],
  pods: new Set(['10.203.1.5', '10.203.1.6']),
  steering: new Map([
    ['10.203.1.5', '02:e6:ac:10:12:7a'],
    ['10.203.1.6', 'drop'],
  ]),
  snat: new Map(),
  subnets: new Map(),
  spread: new Map(),
  spreadSnat: new Map(),
  origins: new Map(),
  limits: new Map(),
  exempt: ['10.203.0.0/16'],
  peers: new Map([['172.16.18.122', '02:e6:ac:10:12:7a']]),
  addresses: new Set(['172.16.18.131']),
  held: new Set(),
  owned: new Set(),
  unknownPods: 'hold',
  ownership: [],
  ...change,
});

const diff = (from: NodePlan | null, to: NodePlan): string[] =>
  diffElements(from ? renderElements(from) : noElements, renderElements(to));

test('equal plans need nothing', () => {
  expect(diff(plan(), plan())).toEqual([]);
});

test('from nothing, every element is added', () => {
  expect(diff(null, plan())).toEqual([
    'flush set ip egressproof pod_ranges',
    'add element ip egressproof pod_ranges { 10.203.1.0/24 }',
    'flush set ip egressproof exempt',
    'add element ip egressproof exempt { 10.203.0.0/16 }',
    'add element ip egressproof peers { 172.16.18.122 }',
    'add element ip egressproof addresses { 172.16.18.131 }',
    'add element ip egressproof steering { 10.203.1.5 : goto to_overlay, 10.203.1.6 : goto no_node }',
    'add element ip egressproof pods { 10.203.1.5, 10.203.1.6 }',
    'add element netdev egressproof gateways { 10.203.1.5 : 02:e6:ac:10:12:7a }',
    'add element arp egressproof addresses { 172.16.18.131 }',
  ]);
});

test('a pod that comes is one element of each set it is in', () => {
  const more = plan({ pods: new Set(['10.203.1.5', '10.203.1.6', '10.203.1.7']) });
  expect(diff(plan(), more)).toEqual(['add element ip egressproof pods { 10.203.1.7 }']);
});

test('a pod whose Egress moves here changes its way', () => {
  const moved = plan({
    steering: new Map([
      ['10.203.1.5', 'local'],
      ['10.203.1.6', 'drop'],
    ]),
  });
  expect(diff(plan(), moved)).toEqual([
    'delete element ip egressproof steering { 10.203.1.5 }',
    'add element ip egressproof steering { 10.203.1.5 : goto leave_here }',
    'delete element netdev egressproof gateways { 10.203.1.5 }',
  ]);
});

test('a pod whose Egress IP is in a subnet of its own is sent there, for each of its addresses', () => {
  const far = plan({
    snat: new Map([['10.203.1.5', '172.16.19.131']]),
    spreadSnat: new Map([['10.203.1.6', ['172.16.18.131', '172.16.19.131']]]),
  });
  const subnets = renderElements(far, new Map([['172.16.19.131', 3]]))['ip subnets'];
  expect([...subnets]).toEqual([
    ['10.203.1.5 . 0x00000000', 'jump subnet_3'],
    ['10.203.1.6 . 0x01000000', 'jump subnet_3'],
  ]);
});

test('addresses go to the tables of their IP version, where the node has it', () => {
  const dual = plan({
    uplinks: new Map([
      [4, '172.16.18.121'],
      [6, 'fd00:18::121'],
    ]),
    pods: new Set(['10.203.1.5', 'fd00:203:1::5']),
    steering: new Map([['fd00:203:1::5', '02:e6:ac:10:12:7a']]),
    snat: new Map([['fd00:203:2::5', 'fd00:18::131']]),
    addresses: new Set(['fd00:18::131']),
    owned: new Set(['fd00:18::131']),
    exempt: ['fe80::/10'],
    podRanges: ['fd00:203:1::/64'],
  });
  expect(diff(null, dual)).toEqual([
    'add element ip egressproof peers { 172.16.18.122 }',
    'add element ip egressproof pods { 10.203.1.5 }',
    'flush set ip6 egressproof pod_ranges',
    'add element ip6 egressproof pod_ranges { fd00:203:1::/64 }',
    'flush set ip6 egressproof exempt',
    'add element ip6 egressproof exempt { fe80::/10 }',
    'add element ip6 egressproof addresses { fd00:18::131 }',
    'add element ip6 egressproof owned { fd00:18::131 }',
    'add element ip6 egressproof egress_ips { fd00:203:2::5 : fd00:18::131 }',
    'add element ip6 egressproof steering { fd00:203:1::5 : goto to_overlay }',
    'add element ip6 egressproof pods { fd00:203:1::5 }',
    'add element netdev egressproof gateways6 { fd00:203:1::5 : 02:e6:ac:10:12:7a }',
  ]);
  expect(diff(null, { ...dual, uplinks: plan().uplinks }).some((line) => line.includes('ip6'))).toBe(false);
});

test('of several addresses each pod has an element for each, and a stand-in for one without a node', () => {
  const spread = plan({
    pods: new Set(),
    addresses: new Set(),
    steering: new Map(),
    peers: new Map(),
    podRanges: [],
    exempt: [],
    spread: new Map([['10.203.1.5', ['local', 'drop', '02:e6:ac:10:12:7a']]]),
    spreadSnat: new Map([['10.203.2.5', ['172.16.18.131', null, null]]]),
  });
  expect(diff(null, spread)).toEqual([
    'add element ip egressproof several_ips { 10.203.2.5 . 0x00800000 : 172.16.18.131 }',
    'add element ip egressproof ways { 10.203.1.5 . 0x00800000 : goto leave_here, 10.203.1.5 . 0x01800000 : goto to_overlay }',
    expect.stringMatching(/^add element ip egressproof stand_ins \{ 10\.203\.1\.5 \. 0x01000000 : jump take_[02] \}$/),
    'add element ip egressproof steering { 10.203.1.5 : goto spread_3 }',
    'add element netdev egressproof gateways_of { 10.203.1.5 . 0x01800000 : 02:e6:ac:10:12:7a }',
  ]);
  const kernel = [
    {
      map: {
        family: 'ip',
        name: 'stand_ins',
        elem: [[{ concat: ['10.203.1.5', 0x1000000] }, { jump: { target: 'take_2' } }]],
      },
    },
  ] as never;
  expect([...parseElements(kernel)['ip stand_ins']]).toEqual([['10.203.1.5 . 0x01000000', 'jump take_2']]);
});

test('pods of other nodes are known with their node, and read back as they were written', () => {
  const origins = new Map([
    ['10.203.2.5', '172.16.18.122'],
    ['0.0.0.7', '172.16.18.122'],
  ]);
  const written = renderElements(plan({ origins }))['ip origins'];
  expect([...written.keys()]).toEqual(['172.16.18.122 . 0x0acb0205', '172.16.18.122 . 0x00000007']);
  const elem = [{ concat: ['172.16.18.122', 181_076_485] }, { concat: ['172.16.18.122', 7] }];
  const kernel = [{ set: { family: 'ip', name: 'origins', elem } }] as never;
  expect(parseElements(kernel)['ip origins']).toEqual(written);
  const long = [{ set: { family: 'ip', name: 'origins6', elem: [{ concat: ['172.16.18.122', '0xfd05'] }] } }] as never;
  expect([...parseElements(long)['ip origins6'].keys()]).toEqual(['172.16.18.122 . 0x0000fd05']);
});

test('a limit is an object, there before the pods that have it and gone after them', () => {
  const limit = { name: 'limit_lab_250000_1', bytesPerSecond: 250_000, burstBytes: 1 };
  const more = { name: 'limit_lab_500000_1', bytesPerSecond: 500_000, burstBytes: 1 };
  const limited = plan({ limits: new Map([['10.203.2.5', limit]]) });
  expect(diff(plan(), limited)).toEqual([
    'add limit inet egressproof limit_lab_250000_1 { rate over 250000 bytes/second burst 1 bytes\n}',
    'add element inet egressproof limits { 10.203.2.5 : limit_lab_250000_1 }',
  ]);
  expect(diff(limited, plan({ limits: new Map([['10.203.2.5', more]]) }))).toEqual([
    'add limit inet egressproof limit_lab_500000_1 { rate over 500000 bytes/second burst 1 bytes\n}',
    'delete element inet egressproof limits { 10.203.2.5 }',
    'add element inet egressproof limits { 10.203.2.5 : limit_lab_500000_1 }',
    'delete limit inet egressproof limit_lab_250000_1',
  ]);
  const kernel = parseElements([
    { limit: { family: 'inet', name: 'limit_lab_250000_1', rate: 250_000 } },
    { map: { family: 'inet', name: 'limits', elem: [['10.203.2.5', 'limit_lab_250000_1']] } },
  ] as never);
  expect(diffElements({ ...renderElements(limited), ...pick(kernel) }, renderElements(limited))).toEqual([]);
});

const pick = (elements: ReturnType<typeof parseElements>): Partial<typeof elements> => ({
  'inet limit': elements['inet limit'],
  'inet limits': elements['inet limits'],
});

test('what nft tells of the kernel is read as what was rendered', () => {
  const objects = [
    { set: { family: 'ip', name: 'pods', elem: ['10.203.1.5', '10.203.1.6'] } },
    { set: { family: 'ip', name: 'owned', elem: ['172.16.18.131'] } },
    {
      map: {
        family: 'ip',
        name: 'steering',
        elem: [
          ['10.203.1.5', { goto: { target: 'to_overlay' } }],
          ['10.203.1.6', { goto: { target: 'no_node' } }],
        ],
      },
    },
    { map: { family: 'ip', name: 'egress_ips', elem: [['10.203.2.5', '172.16.18.131']] } },
    { set: { family: 'ip', name: 'exempt', elem: [{ prefix: { addr: '10.0.0.0', len: 8 } }] } },
    { chain: { family: 'ip', name: 'select' } },
  ] as never;
  const read = parseElements(objects);
  expect([...read['ip pods'].keys(), ...read['ip owned'].keys()]).toEqual([
    '10.203.1.5',
    '10.203.1.6',
    '172.16.18.131',
  ]);
  expect(read['ip steering']).toEqual(renderElements(plan())['ip steering']);
  expect(read['ip egress_ips']).toEqual(new Map([['10.203.2.5', '172.16.18.131']]));
  expect([...read['ip exempt'].keys()]).toEqual(['10.0.0.0/8']);
});

test('another layout has another marker', () => {
  const layout = {
    uplinks: new Map([[4, 'eth0'] as const]),
    overlayFamily: 4 as const,
    overlayPort: 4789,
    onLink: ['172.16.18.121/24'],
    overlayMtu: 1450,
    unknownPods: 'hold' as const,
  };
  const marker = markerOf(renderLayout(layout));
  expect(marker).toMatch(/^layout_[0-9a-f]{16}$/);
  expect(markerOf(renderLayout(layout))).toBe(marker);
  expect(markerOf(renderLayout({ ...layout, unknownPods: 'allow' }))).not.toBe(marker);
});

test.each<[string, string[], string[], boolean]>([
  ['the same', ['10.0.0.0/8', '172.16.18.1'], ['172.16.18.1/32', '10.0.0.0/8'], false],
  ['the same of IPv6', ['fd00::/8', '2001:db8::1'], ['fd00::/8', '2001:db8::1/128'], false],
  ['another one', ['10.0.0.0/8'], ['10.0.0.0/9'], true],
  ['one more', ['10.0.0.0/8'], ['10.0.0.0/8', '172.16.18.1/32'], true],
])('intervals are written anew where they differ: %s', (_what, have, want, differs) => {
  const exempt = (cidrs: readonly string[]) => ({
    ...noElements,
    'ip exempt': new Map(cidrs.map((cidr) => [cidr, ''])),
  });
  expect(diffElements(exempt(have), exempt(want)).length > 0).toBe(differs);
});
