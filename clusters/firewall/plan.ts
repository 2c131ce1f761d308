import type { FirewallRule } from '../cluster.ts';

export const TABLE = 'firewall';
export const LOG_GROUP = 20;
const DEFAULT_RULE = 'default';

/** The whole table, for both families, as one transaction: replies pass, then the first rule that matches a new connection decides. */
export function planFirewall(
  rules: readonly FirewallRule[],
  defaultAction: 'accept' | 'drop',
  interfaces: { lan: string; wan: string },
): string {
  const all: readonly (FirewallRule | { name: string; action: 'accept' | 'drop' })[] = [
    ...rules,
    { name: DEFAULT_RULE, action: defaultAction },
  ];
  const names = [...new Set(all.map((rule) => rule.name))];
  for (const name of names) {
    if (!/^[a-zA-Z][-_a-zA-Z0-9]{0,59}$/.test(name))
      throw new Error(
        `"${name}" cannot name a firewall rule: use 1 to 60 of a-z, A-Z, 0-9, "-" and "_", beginning with a letter`,
      );
  }
  return [
    `table inet ${TABLE}`,
    `delete table inet ${TABLE}`,
    `table inet ${TABLE} {`,
    ...names.map((name) => `  counter ${counterName(name)} {}`),
    '  chain forward {',
    '    type filter hook forward priority filter; policy drop;',
    '    ct state established,related accept',
    `    iifname "${interfaces.wan}" oifname "${interfaces.lan}" accept`,
    ...all.map(
      (rule) =>
        `    ${matchOf(rule)}counter name ${counterName(rule.name)} log prefix "${rule.action}:${rule.name}" group ${LOG_GROUP} ${rule.action}`,
    ),
    '  }',
    '}',
    '',
  ].join('\n');
}

/** A name of its own, lest a rule be called like a word of nft's language. */
export const counterName = (rule: string): string => `rule_${rule}`;

const familyOf = (address: string): 'ip' | 'ip6' => (address.includes(':') ? 'ip6' : 'ip');

function matchOf(rule: Partial<FirewallRule>): string {
  const parts = [
    ...(rule.source === undefined ? [] : [`${familyOf(rule.source)} saddr ${rule.source}`]),
    ...(rule.destination === undefined ? [] : [`${familyOf(rule.destination)} daddr ${rule.destination}`]),
    ...(rule.port === undefined ? [] : [`tcp dport ${rule.port}`]),
  ];
  return parts.map((part) => `${part} `).join('');
}
