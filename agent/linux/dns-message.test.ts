import { expect, test } from 'vitest';
import type { IpFamily } from './sockets.ts';
import { decodeAnswer, decodeQuery, encodeAnswer, encodeQuery } from './dns-message.ts';
import type { DnsQuery, DnsResult } from './dns-message.ts';

const question = (message: Buffer): DnsQuery => {
  const query = decodeQuery(message);
  if (!query) throw new Error('not a query');
  return query;
};
const ask = (name: string, result: DnsResult, family: IpFamily = 4) =>
  decodeAnswer(encodeAnswer(question(encodeQuery(7, name, family)), result), 7, name, family);

test('a query comes through', () => {
  expect(question(encodeQuery(7, 'web.shop.svc.cluster.local.'))).toMatchObject({
    id: 7,
    name: 'web.shop.svc.cluster.local',
    type: 1,
  });
});

test.each<[DnsResult, string[]]>([
  [{ addresses: ['10.96.0.7'] }, ['10.96.0.7']],
  [{ addresses: ['10.203.1.9', '10.203.2.9'] }, ['10.203.1.9', '10.203.2.9']],
  [{ addresses: [] }, []],
])('%o is answered', (result, addresses) => {
  expect(ask('web.example.test', result)).toEqual(addresses);
});

test.each<[IpFamily, string[]]>([
  [4, ['10.203.1.9']],
  [6, ['fd00:cb:1::9', 'fd00:cb:2::9']],
])('a name with addresses of both families: those of IPv%i', (family, addresses) => {
  const both = { addresses: ['10.203.1.9', 'fd00:cb:1::9', 'FD00:cb:2:0::9'] };
  expect(ask('web.example.test', both, family)).toEqual(addresses);
});

test.each<[DnsResult, RegExp]>([
  ['no such name', /code 3 \(no such name\)/],
  ['not ours', /code 5/],
])('"%s" throws', (result, message) => {
  expect(() => ask('x.example.test', result)).toThrow(message);
});

test('an answer to another query is no answer', () => {
  expect(decodeAnswer(encodeAnswer(question(encodeQuery(8, 'a.b')), { addresses: [] }), 7, 'a.b')).toBeNull();
});

test.each([
  Buffer.alloc(0),
  Buffer.alloc(12),
  encodeQuery(1, 'abc.de').subarray(0, 15),
  Buffer.from('000701000001000000000000c00c', 'hex'),
])('a broken message is no query (%#)', (message) => {
  expect(decodeQuery(message)).toBeNull();
});

test('a label too long is refused', () => {
  expect(() => encodeQuery(1, `${'a'.repeat(64)}.test`)).toThrow(RangeError);
});
