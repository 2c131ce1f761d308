import type { DefectName } from './names.ts';

/** Rules of the tables of both IP versions. */
const translation = /^\s*meta mark and \S+ != 0 snat to (ip6?) saddr map @egress_ips$/gm;
const guard = /^\s*meta mark and \S+ != 0 (ip6?) saddr != @owned counter drop.*$/gm;

/** Holds back what NAT would not see. */
const invalid = /^\s*ip6? saddr @pod_ranges ct state invalid counter drop.*$/gm;
/** Gives each frame in the overlay its destination. */
const intoOverlay = /^\s*ether daddr set (ip6?) saddr map @\S+ accept$/gm;
/** The last rule for what is forwarded. */
const clamp = /^\s*ct direction reply ct mark and \S+ != 0 tcp flags & syn == syn tcp option maxseg size set \d+$/gm;

/** Makes the agent's nft tables wrong in one way. @throws Error when the rule it changes is not there any more. */
export const layoutDefects: Readonly<Partial<Record<DefectName, (layout: string) => string>>> = {
  'snat-missing': (layout) =>
    replace(
      replace(layout, translation, () => ''),
      guard,
      () => '',
    ),
  'table-stays': (layout) => `${layout}\ntable ip egressproof_stays {\n}\n`,
  'tcp-only': (layout) => onlyFor('tcp', layout),
  'udp-only': (layout) => onlyFor('udp', layout),
  'ports-only': (layout) => onlyFor('{ tcp, udp }', layout),
  'fragments-lost': (layout) =>
    replace(
      layout,
      intoOverlay,
      (rule, ip) => `${ip === 'ip6' ? 'frag frag-off' : 'ip frag-off & 0x1fff'} != 0 counter drop\n${rule}`,
    ),
  'large-packets-lost': (layout) =>
    replace(layout, intoOverlay, (rule, ip) => `${ip} length > 1000 counter drop\n${rule}`),
  'overlay-mtu-untold': (layout) =>
    replace(
      replace(layout, clamp, () => ''),
      /^ {2}chain guard \{$/gm,
      (rule) =>
        `chain untold {\ntype filter hook output priority filter\nicmp type destination-unreachable counter drop\nicmpv6 type packet-too-big counter drop\n}\n${rule}`,
    ),
  'invalid-passes': (layout) =>
    replace(
      replace(layout, invalid, () => ''),
      guard,
      () => '',
    ),
  'traffic-class-cleared': (layout) => replace(layout, guard, (rule, ip) => `${ip} dscp set cs0\n${rule}`),
  'icmp-errors-lost': (layout) =>
    replace(
      layout,
      clamp,
      (rule) =>
        `icmp type { destination-unreachable, time-exceeded } counter drop\nicmpv6 type { destination-unreachable, packet-too-big, time-exceeded } counter drop\n${rule}`,
    ),
  'decides-before-services': (layout) =>
    replace(layout, /^\s*type filter hook prerouting priority dstnat \+ 10; policy accept;$/gm, (rule) =>
      rule.replace('+ 10', '- 10'),
    ),
  'replies-steered': (layout) =>
    replace(
      layout,
      /^\s*ct direction reply accept\n\s*#[^\n]*\n\s*(ip6?) daddr @exempt [^\n]*accept$/gm,
      (rules, ip) => `ct direction reply ${ip} saddr vmap @steering\n${rules}`,
    ),
  'overload-leaks': (layout) =>
    replace(
      replace(layout, translation, (rule) => `limit rate over 100/second burst 200 packets accept\n${rule}`),
      guard,
      () => '',
    ),
  'shield-missing': (layout) =>
    replace(layout, /^\s*ip6? daddr @addresses ct direction original counter drop.*$/gm, () => ''),
  'marks-overwritten': (layout) =>
    replace(layout, /meta mark set meta mark or (0x[0-9a-f]+)/g, (_rule, mark) => `meta mark set ${mark}`),
  'forged-sources-pass': (layout) => without(layout, /^\s*fib saddr \. iif oif missing counter drop.*$/gm),
  'overlay-open': (layout) =>
    without(
      without(layout, /^\s*udp dport \d+ goto from_nodes$/gm),
      /^\s*udp dport \d+ ip6? daddr @peers counter drop.*$/gm,
    ),
  'overlay-from-afar': (layout) =>
    without(layout, /^\s*ip6? saddr \{.*\} (ip ttl|ip6 hoplimit) != 255 counter drop.*$/gm),
  'overlay-any-pod': (layout) =>
    replace(
      layout,
      /^\s*(@th,\d+,\d+ 0x\w+) ip6? saddr \. \S+ @origins6? accept$/gm,
      (_rule, type) => `${type} accept`,
    ),
  'host-network-selected': (layout) =>
    replace(
      layout,
      translation,
      (rule, ip) => `${ip} daddr != @exempt ${ip} saddr != @pods snat to ${ip} saddr map @egress_ips\n${rule}`,
    ),
};

function onlyFor(protocol: 'tcp' | 'udp' | '{ tcp, udp }', layout: string): string {
  return replace(
    replace(layout, translation, (rule) => `meta l4proto ${protocol} ${rule.trim()}`),
    guard,
    () => '',
  );
}

const without = (layout: string, rule: RegExp): string => replace(layout, rule, () => '');

function replace(layout: string, rule: RegExp, by: (rule: string, ip: string) => string): string {
  if (layout.search(rule) < 0)
    throw new Error(`the agent's tables have no rule ${rule.source}; bring the seeded defects up to date`);
  return layout.replace(rule, by);
}
