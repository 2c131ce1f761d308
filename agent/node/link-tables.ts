import type { Family } from './family.ts';
import { device, table } from './names.ts';

/** Name of the map from pod to the MAC address of its egress node, in the table of the overlay device. */
export const gatewayMap = (family: Family): 'gateways' | 'gateways6' => (family === 4 ? 'gateways' : 'gateways6');

const gateways: Readonly<Record<Family, { map: string; rule: string }>> = {
  4: { map: `map gateways { type ipv4_addr : ether_addr; }`, rule: 'ether daddr set ip saddr map @gateways accept' },
  6: { map: `map gateways6 { type ipv6_addr : ether_addr; }`, rule: 'ether daddr set ip6 saddr map @gateways6 accept' },
};

/** The table of the overlay device: gives each frame the MAC address of the node it has to go to. */
export function renderOverlayTable(families: readonly Family[]): string {
  return `
table netdev ${table} {
  ${families.map((family) => gateways[family].map).join('\n  ')}

  # The outer packet inherits the mark, and must not be routed into the overlay again.
  chain overlay {
    type filter hook egress device "${device}" priority 0; policy drop;
    meta mark set meta mark and 0xefffffff
    ${families.map((family) => gateways[family].rule).join('\n    ')}
  }
}
`;
}

/** ARP has a family of its own: the node answers for an Egress IP only while it owns it. */
export const arpTable = `
table arp ${table} {
  set addresses { type ipv4_addr; }
  set owned { type ipv4_addr; flags timeout; }

  chain output {
    type filter hook output priority filter; policy accept;
    arp saddr ip @addresses arp saddr ip != @owned counter drop
  }
}
`;
