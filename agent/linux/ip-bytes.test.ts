import { expect, test } from 'vitest';
import { ipBytes, ipText } from './ip-bytes.ts';

test.each([
  ['10.203.1.7', '0acb0107', '10.203.1.7'],
  ['::', '0'.repeat(32), '::'],
  ['::1', `${'0'.repeat(31)}1`, '::1'],
  ['FD00:0:0:0:1:0:0:1', 'fd000000000000000001000000000001', 'fd00::1:0:0:1'],
  ['1:0:2:3:4:5:6:7', '00010000000200030004000500060007', '1:0:2:3:4:5:6:7'],
  ['1:0:0:2:0:0:0:3', '00010000000000020000000000000003', '1:0:0:2::3'],
  ['fe80::', `fe80${'0'.repeat(28)}`, 'fe80::'],
  ['::ffff:10.0.0.1', '00000000000000000000ffff0a000001', '::ffff:a00:1'],
])('%s is %s on the wire, and %s in text', (text, hex, canonical) => {
  expect(ipBytes(text).toString('hex')).toBe(hex);
  expect(ipText(Buffer.from(hex, 'hex'))).toBe(canonical);
});

test.each(['', 'node-1', '10.0.0', '10.0.0.256', 'fd00::1::2', 'fe80::1%eth0', '1:2:3:4:5:6:7'])(
  '"%s" is no address',
  (text) => {
    expect(() => ipBytes(text)).toThrow(RangeError);
  },
);
