import { expect, test } from 'vitest';
import { buildRunResult } from '../model/build.ts';
import { sampleFacts, sampleFail, samplePass } from '../model/sample.ts';
import { badgeText, renderBadge, renderBadgeEndpoint } from './render.ts';

const feature = { name: 'egress-ip.v4', profile: 'Core', level: 'core', claimed: true } as const;
const other = { name: 'sctp', profile: 'Protocol', level: 'extended', claimed: false } as const;
const result = (cases: Parameters<typeof sampleFacts>[0]) =>
  buildRunResult({ ...sampleFacts(cases), features: [feature, other] });

test('only what is claimed counts', () => {
  expect(badgeText(result([samplePass]))).toBe('success: core 1/1, extended 0/0');
  expect(badgeText(result([samplePass, sampleFail]))).toBe('failure: core 0/1, extended 0/0');
});

test('the endpoint says the same as the picture', () => {
  const endpoint = JSON.parse(renderBadgeEndpoint(result([samplePass]))) as Record<string, unknown>;
  expect(endpoint).toEqual({
    schemaVersion: 1,
    label: 'egress',
    message: 'success: core 1/1, extended 0/0',
    color: '1a7f37',
  });
  expect(renderBadge(result([samplePass]))).toContain('aria-label="egress: success: core 1/1, extended 0/0"');
});
