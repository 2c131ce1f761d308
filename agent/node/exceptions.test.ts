import { expect, test } from 'vitest';
import { exceptions } from './exceptions.ts';

const config = (exceptCIDRs: string) => ({ metadata: { name: 'egressproof-config' }, data: { exceptCIDRs } });

test.each<[string, Parameters<typeof exceptions>[0], ReturnType<typeof exceptions>]>([
  ['no ConfigMap', undefined, { cidrs: [], wrong: [] }],
  ['another key', { metadata: {}, data: { other: '10.0.0.0/8' } }, { cidrs: [], wrong: [] }],
  [
    'networks and addresses, in lines and with commas',
    config('192.0.2.0/24\n198.51.100.7, 2001:db8::/32\n'),
    { cidrs: ['192.0.2.0/24', '198.51.100.7', '2001:db8::/32'], wrong: [] },
  ],
  [
    'what is none, beside what is one',
    config('192.0.2.0/33 198.51.100.0/24 example.com 192.0.2.300'),
    { cidrs: ['198.51.100.0/24'], wrong: ['192.0.2.0/33', 'example.com', '192.0.2.300'] },
  ],
])('%s', (_what, map, found) => {
  expect(exceptions(map)).toEqual(found);
});
