import type { DefectName } from './names.ts';

const translation = /^\s*meta mark and \S+ != 0 snat to ip saddr map @egress_ips$/m;
const guard = /^\s*meta mark and \S+ != 0 ip saddr != @owned counter drop$/m;

/** Makes the agent's nft tables wrong in one way. @throws Error when the rule it changes is not there any more. */
export const layoutDefects: Readonly<Partial<Record<DefectName, (layout: string) => string>>> = {
  'snat-missing': (layout) =>
    replace(
      replace(layout, translation, () => ''),
      guard,
      () => '',
    ),
  'tcp-only': (layout) => onlyFor('tcp', layout),
  'udp-only': (layout) => onlyFor('udp', layout),
  'host-network-selected': (layout) =>
    replace(
      layout,
      translation,
      (rule) => `ip daddr != @exempt ip saddr != @pods snat to ip saddr map @egress_ips\n${rule}`,
    ),
};

function onlyFor(protocol: 'tcp' | 'udp', layout: string): string {
  return replace(
    replace(layout, translation, (rule) => `meta l4proto ${protocol} ${rule.trim()}`),
    guard,
    () => '',
  );
}

function replace(layout: string, rule: RegExp, by: (rule: string) => string): string {
  if (!rule.test(layout))
    throw new Error(`the agent's tables have no rule ${rule.source}; bring the seeded defects up to date`);
  return layout.replace(rule, by);
}
