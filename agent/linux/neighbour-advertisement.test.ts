import { expect, test } from 'vitest';
import { neighbourAdvertisement } from './neighbour-advertisement.ts';

test('a neighbour advertisement is to all nodes, overrides, and has a right checksum', () => {
  const frame = neighbourAdvertisement('fd00:18::131', Buffer.from('02e6ac10127a', 'hex'));
  expect(frame.toString('hex')).toBe(
    [
      ...['333300000001', '02e6ac10127a', '86dd'],
      ...['60000000', '0020', '3a', 'ff', 'fd000018000000000000000000000131', 'ff020000000000000000000000000001'],
      ...['8800', 'CHECKSUM', '20000000', 'fd000018000000000000000000000131', '0201', '02e6ac10127a'],
    ]
      .join('')
      .replace('CHECKSUM', frame.toString('hex', 56, 58)),
  );
  // The sum over pseudo-header and message with a right checksum is all ones (RFC 1071).
  const words = [0x20, 58];
  for (let offset = 22; offset < frame.length; offset += 2) words.push(frame.readUInt16BE(offset));
  let sum = words.reduce((total, word) => total + word, 0);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  expect(sum).toBe(0xffff);
});
