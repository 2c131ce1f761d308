import { dropFor } from './drop-reasons.ts';
import type { Family } from './family.ts';
import { leaseSet, withoutLease } from './lease.ts';
import { device, table } from './names.ts';
import { gatewayOfOne, oneOfChain } from './spread-chains.ts';

/** Names of the maps from pod to the MAC address of its egress node, in the table of the overlay device. */
export const gatewayMap = (family: Family): 'gateways' | 'gateways6' => (family === 4 ? 'gateways' : 'gateways6');
/** Keyed by pod and chosen address. */
export const gatewayOfMap = (family: Family): 'gateways_of' | 'gateways_of6' =>
  family === 4 ? 'gateways_of' : 'gateways_of6';

function gatewayMaps(family: Family): string {
  const address = family === 4 ? 'ipv4_addr' : 'ipv6_addr';
  return `
  map ${gatewayMap(family)} { type ${address} : ether_addr; }
  map ${gatewayOfMap(family)} { type ${address} . mark : ether_addr; }`;
}

function gatewayRules(family: Family): string {
  const ip = family === 4 ? 'ip' : 'ip6';
  return `
    ether daddr set ${ip} saddr map @${gatewayMap(family)} accept
    ${gatewayOfOne(ip, gatewayOfMap(family))}`;
}

/** The table of the overlay device: gives each frame the MAC address of the node it has to go to. */
export function renderOverlayTable(families: readonly Family[]): string {
  return `
table netdev ${table} {${families.map(gatewayMaps).join('')}
${oneOfChain}
  # The outer packet inherits the mark, and must not be routed into the overlay again.
  chain overlay {
    type filter hook egress device "${device}" priority 0; policy drop;
    meta mark set meta mark and 0xefffffff${families.map(gatewayRules).join('')}
    ${dropFor('overlay-unknown')}
  }
}
`;
}

/** ARP has a family of its own: the node answers for an Egress IP only while it owns it, and has its lease. */
export const arpTable = `
table arp ${table} {
  set addresses { type ipv4_addr; }
  set owned { type ipv4_addr; }${leaseSet}

  chain output {
    type filter hook output priority filter; policy accept;
    arp saddr ip @addresses arp saddr ip != @owned ${dropFor('answer-not-owned')}
    arp saddr ip @addresses ${withoutLease} ${dropFor('answer-not-owned')}
  }
}
`;
