import type { RunResult } from '../model/run-result.ts';

const colours: Readonly<Record<RunResult['result'], string>> = {
  success: '#1a7f37',
  partial: '#8a5a00',
  failure: '#b3261e',
  inconclusive: '#59616b',
};
const label = 'egress';
/** Width of a character of Verdana at 11 px, on the average, and the space around a text. */
const [character, padding] = [6.6, 10];

/** What the badge says: how many core features are proven, and how many of the extended ones that are claimed. */
export function badgeText({ features, result }: Pick<RunResult, 'features' | 'result'>): string {
  const part = (level: 'core' | 'extended'): string => {
    const claimed = features.filter((feature) => feature.level === level && feature.status !== 'not declared');
    return `${claimed.filter(({ status }) => status === 'proven').length}/${claimed.length}`;
  };
  return `${result}: core ${part('core')}, extended ${part('extended')}`;
}

/** For an endpoint that shields.io reads (https://shields.io/badges/endpoint-badge). */
export function renderBadgeEndpoint(result: RunResult): string {
  const color = colours[result.result].slice(1);
  return `${JSON.stringify({ schemaVersion: 1, label, message: badgeText(result), color })}\n`;
}

export function renderBadge(result: RunResult): string {
  const message = badgeText(result);
  const [left, right] = [label, message].map((text) => Math.round(text.length * character + padding));
  const [start, width] = [left ?? 0, (left ?? 0) + (right ?? 0)];
  const middles = [start / 2, start + (right ?? 0) / 2];
  const texts = [label, message].map(
    (text, index) => `<text x="${middles[index]}" y="14" text-anchor="middle">${text}</text>`,
  );
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="20" role="img" aria-label="${label}: ${message}">
<title>${label}: ${message}</title>
<clipPath id="round"><rect width="${width}" height="20" rx="3"/></clipPath>
<g clip-path="url(#round)"><rect width="${start}" height="20" fill="#3b4048"/><rect x="${start}" width="${right}" height="20" fill="${colours[result.result]}"/></g>
<g fill="#fff" font-family="Verdana,DejaVu Sans,sans-serif" font-size="11">${texts.join('')}</g>
</svg>
`;
}
