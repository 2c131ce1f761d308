import { createHash } from 'node:crypto';

/** Name of the overlay device, and of the agent's tables. */
export const device = 'egressproof0';
export const table = 'egressproof';

/** VXLAN network identifier, and number of the routing table: any that nobody else uses. */
export const vni = 7689;
export const routeTable = 7689;
/** Preference of the policy routing rule: after the kernel's local table (0), before everybody else's rules. */
export const rulePreference = 90;

/** Packet mark of traffic that has to go through the overlay, and conntrack mark of its connections. */
export const overlayMark = '0x10000000';
/** Packet mark of traffic that has to leave from this node with an Egress IP. */
const leavingMark = '0x20000000';

export interface Layout {
  /** The interface that carries the node's InternalIP. */
  readonly uplink: string;
  readonly overlayPort: number;
  readonly overlayMtu: number;
  readonly unknownPods: 'hold' | 'allow';
}

/**
 * The agent's tables without elements. What depends on pods, nodes and Egresses is in sets and maps, so that the cost
 * per packet does not grow with them, and a change is a change of elements. `rewrite` is for seeded defects.
 */
export function renderLayout(layout: Layout, rewrite = (tables: string) => tables): string {
  const { uplink, overlayPort } = layout;
  const hold = layout.unknownPods === 'hold' ? 'ip saddr @pod_ranges ip saddr != @pods counter drop' : '';
  // The overlay adds 50 octets; the pod learns it from the SYN-ACK, for only its own direction uses the overlay.
  const maxSegment = layout.overlayMtu - 40;
  const body = `
table ip ${table} {
  set pod_ranges { type ipv4_addr; flags interval; auto-merge; }
  set exempt { type ipv4_addr; flags interval; auto-merge; }
  set pods { type ipv4_addr; }
  set peers { type ipv4_addr; }
  set addresses { type ipv4_addr; }
  set owned { type ipv4_addr; flags timeout; }
  map steering { type ipv4_addr : verdict; }
  map egress_ips { type ipv4_addr : ipv4_addr; }

  # Egress IPs accept nothing: no connection from outside, and no reset for a connection that moved here half-way.
  chain shield {
    type filter hook prerouting priority mangle; policy accept;
    ip daddr @addresses ct direction original counter drop
  }

  # After the service proxy has chosen its endpoint, before routing.
  chain select {
    type filter hook prerouting priority dstnat + 10; policy accept;
    iifname "${device}" goto arriving
    iifname { "lo", "${uplink}" } ip saddr != @pod_ranges accept
    # A source address that is not routed to where the packet came from is forged.
    fib saddr . iif oif missing counter drop
    ct direction reply accept
    ip daddr @exempt accept
    fib daddr type { local, broadcast, anycast, multicast } accept
    # NAT does not see what conntrack calls invalid (a late FIN, say): it would leave with the pod's own address.
    ip saddr @pod_ranges ct state invalid counter drop
    ip saddr vmap @steering
    # Once in the overlay, a connection must not go on from here with the pod's own address.
    ct mark and ${overlayMark} != 0 counter drop
    ${hold}
  }
  chain to_overlay {
    meta mark set meta mark or ${overlayMark}
    ct mark set ct mark or ${overlayMark}
    accept
  }
  chain leave_here {
    ct mark and ${overlayMark} != 0 counter drop
    meta mark set meta mark or ${leavingMark}
    accept
  }
  # From the overlay come only pods that leave from here.
  chain arriving {
    ip saddr @egress_ips meta mark set meta mark or ${leavingMark} accept
    counter drop
  }

  chain forward {
    type filter hook forward priority mangle; policy accept;
    # Only nodes speak VXLAN to nodes, never pods (whose address the node may have masqueraded).
    udp dport ${overlayPort} ip daddr @peers counter drop
    ct direction reply ct mark and ${overlayMark} != 0 tcp flags & syn == syn tcp option maxseg size set ${maxSegment}
  }
  chain input {
    type filter hook input priority filter - 10; policy accept;
    udp dport ${overlayPort} ip saddr != @peers counter drop
  }

  # Before the CNI's own masquerade. The identity keeps it from masquerading in the overlay.
  chain translate {
    type nat hook postrouting priority srcnat - 1; policy accept;
    oifname "${device}" snat to ip saddr
    meta mark and ${leavingMark} != 0 snat to ip saddr map @egress_ips
  }

  # The last look: nothing selected leaves with another address, or without the lease on its address.
  chain guard {
    type filter hook postrouting priority srcnat + 10; policy accept;
    oifname "${device}" ip saddr != @pods counter drop
    oifname != "${device}" meta mark and ${overlayMark} != 0 counter drop
    meta mark and ${leavingMark} != 0 ip saddr != @owned counter drop
  }
}

table netdev ${table} {
  map gateways { type ipv4_addr : ether_addr; }

  # The outer packet inherits the mark, and must not be routed into the overlay again.
  chain overlay {
    type filter hook egress device "${device}" priority 0; policy drop;
    meta mark set meta mark and 0xefffffff
    ether daddr set ip saddr map @gateways accept
  }
}

table arp ${table} {
  set addresses { type ipv4_addr; }
  set owned { type ipv4_addr; flags timeout; }

  chain output {
    type filter hook output priority filter; policy accept;
    arp saddr ip @addresses arp saddr ip != @owned counter drop
  }
}
`;
  const tables = rewrite(body);
  return `${removeTables}${tables}add chain ip ${table} ${layoutMarker(tables)}\n`;
}

/**
 * Takes the place of the tables while the agent leaves: connections that were in the overlay stand still until the kernel
 * has forgotten them, for their entries have no NAT, and they would leave with the pod's own address.
 */
export const renderLeaving = (): string => `${removeTables}
table ip ${table} {
  chain leaving {
    type filter hook prerouting priority dstnat + 10; policy accept;
    ct mark and ${overlayMark} != 0 counter drop
  }
}
`;

/** Removes the agent's tables, there or not. */
export const removeTables = ['ip', 'netdev', 'arp']
  .map((family) => `add table ${family} ${table}\ndelete table ${family} ${table}\n`)
  .join('');

/** Name of an empty chain that tells a later agent whether the tables in the kernel are those it would make. */
function layoutMarker(body: string): string {
  return `layout_${createHash('sha256').update(body).digest('hex').slice(0, 16)}`;
}

/** The marker of a rendered layout. */
export function markerOf(rendered: string): string {
  return rendered.trimEnd().split(' ').at(-1) ?? '';
}
