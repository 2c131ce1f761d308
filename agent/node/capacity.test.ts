import { expect, test } from 'vitest';
import { capacityOf, capacityProblem } from './capacity.ts';

test.each([
  { text: undefined, want: 20, refused: false },
  { text: '1', want: 1, refused: false },
  { text: '0', want: 0, refused: false },
  { text: '255', want: 255, refused: false },
  { text: '256', want: 20, refused: true },
  { text: '300', want: 20, refused: true },
  { text: '-1', want: 20, refused: true },
  { text: '1.5', want: 20, refused: true },
  { text: '', want: 20, refused: true },
  { text: 'x', want: 20, refused: true },
])('annotation $text: $want', ({ text, want, refused }) => {
  const node = { metadata: text === undefined ? {} : { annotations: { 'node.antrea.io/max-egress-ips': text } } };
  expect(capacityOf(node, 20)).toBe(want);
  expect(capacityProblem(node, 20)).toBe(
    refused
      ? `The annotation node.antrea.io/max-egress-ips is "${text}" and must be a whole number from 0 to 255; the limit stays 20 Egress IPs`
      : null,
  );
});
