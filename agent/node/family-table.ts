import { dropFor, noNodeChain } from './drop-reasons.ts';
import type { Family } from './family.ts';
import { arrivingOneOf, spreadChains, spreadMaps, translateOneOf } from './spread-chains.ts';
import { outerForward, outerInput, outerSets } from './outer-chains.ts';
import type { OuterShape } from './outer-chains.ts';
import { leaseSet, withoutLease } from './lease.ts';
import { subnetChains, subnetMap } from './subnet-chains.ts';
import { device, leavingMark, overlayMark, table } from './names.ts';

/** What the table of one IP version depends on. */
export interface FamilyShape {
  /** The interface by which the node's own packets of this IP version leave. */
  readonly uplink: string;
  readonly overlayMtu: number;
  readonly unknownPods: 'hold' | 'allow';
  /** Of the overlay, where its outer packets are of this IP version; null where they are of the other. */
  readonly outer: OuterShape | null;
  /** IP versions of the node: those of packets in the overlay. */
  readonly families: readonly Family[];
}

/** In what the tables of the two IP versions differ. */
interface Dialect {
  /** nft's name of the table's family, and of the header. */
  readonly ip: string;
  readonly address: string;
  /** Octets of the IP and TCP headers without options: what a segment has less than the MTU. */
  readonly headers: number;
  /** Rules for what never leaves its link, early in `select`. */
  readonly link: string;
  /** The chain that keeps answers for addresses on the LAN in; ARP has its own table. */
  readonly answers: string;
}

const dialects: Readonly<Record<Family, Dialect>> = {
  4: { ip: 'ip', address: 'ipv4_addr', headers: 40, link: '', answers: '' },
  6: {
    ip: 'ip6',
    address: 'ipv6_addr',
    headers: 60,
    link: `
    # Neighbour discovery, and a pod before it has an address (RFC 4862): never forwarded.
    ip6 saddr { ::, fe80::/10 } accept`,
    answers: `
  # The kernel answers for an address of the interface with it as source (ndisc_send_na): only while it is owned.
  chain answers {
    type filter hook output priority filter; policy accept;
    icmpv6 type nd-neighbor-advert ip6 saddr @addresses ip6 saddr != @owned ${dropFor('answer-not-owned')}
    icmpv6 type nd-neighbor-advert ip6 saddr @addresses ${withoutLease} ${dropFor('answer-not-owned')}
  }
`,
  },
};

/** nft's name of the family of an IP version's table. */
export const tableFamily = (family: Family): 'ip' | 'ip6' => (family === 4 ? 'ip' : 'ip6');

/** The table of one IP version: which packets of pods go where, and which go nowhere. */
export function renderFamilyTable(family: Family, shape: FamilyShape): string {
  const { ip, address, headers, link, answers } = dialects[family];
  const { uplink, outer, families } = shape;
  const hold =
    shape.unknownPods === 'hold' ? `${ip} saddr @pod_ranges ${ip} saddr != @pods ${dropFor('unknown-pod')}` : '';
  // The overlay adds octets; the pod learns it from the SYN-ACK, for only its own direction uses the overlay.
  const maxSegment = shape.overlayMtu - headers;
  return `
table ${ip} ${table} {
  set pod_ranges { type ${address}; flags interval; auto-merge; }
  set exempt { type ${address}; flags interval; auto-merge; }
  set pods { type ${address}; }
  set peers { type ${address}; }
  set addresses { type ${address}; }
  set owned { type ${address}; }${leaseSet}
  map steering { type ${address} : verdict; }
  map egress_ips { type ${address} : ${address}; }${spreadMaps(address)}${subnetMap(address)}${outer ? outerSets(ip, families) : ''}

  # Egress IPs accept nothing: no connection from outside, and no reset for a connection that moved here half-way.
  chain shield {
    type filter hook prerouting priority mangle; policy accept;
    ${ip} daddr @addresses ct direction original ${dropFor('to-egress-ip')}
  }

  # After the service proxy has chosen its endpoint, before routing.
  chain select {
    type filter hook prerouting priority dstnat + 10; policy accept;
    iifname "${device}" goto arriving${link}
    iifname { "lo", "${uplink}" } ${ip} saddr != @pod_ranges accept
    # A source address that is not routed to where the packet came from is forged.
    fib saddr . iif oif missing ${dropFor('forged-source')}
    ct direction reply accept
    # A connection that is in the overlay already has no NAT here, and stays there when its destination is excepted.
    ${ip} daddr @exempt ct mark and ${overlayMark} == 0 accept
    fib daddr type { local, broadcast, anycast, multicast } accept
    # NAT does not see what conntrack calls invalid (a late FIN, say): it would leave with the pod's own address.
    ${ip} saddr @pod_ranges ct state invalid ${dropFor('invalid-state')}
    ${ip} saddr vmap @steering
    # Once in the overlay, a connection must not go on from here with the pod's own address.
    ct mark and ${overlayMark} != 0 ${dropFor('was-in-overlay')}
    ${hold}
  }
  chain ${noNodeChain} { ${dropFor('no-node')}; }
  chain to_overlay {
    meta mark set meta mark or ${overlayMark}
    ct mark set ct mark or ${overlayMark}
    accept
  }
  chain leave_here {
    ct mark and ${overlayMark} != 0 ${dropFor('was-in-overlay')}
    meta mark set meta mark or ${leavingMark}
    accept
  }
  # From the overlay come only pods that leave from here.
  chain arriving {
    ${arrivingOneOf}
    ${ip} saddr @egress_ips meta mark set meta mark or ${leavingMark} accept
    ${dropFor('not-from-here')}
  }
${spreadChains(ip)}${subnetChains(ip)}
  chain forward {
    type filter hook forward priority mangle; policy accept;${outer ? outerForward(ip, outer) : ''}
    ct direction reply ct mark and ${overlayMark} != 0 tcp flags & syn == syn tcp option maxseg size set ${maxSegment}
  }${outer ? outerInput(ip, outer, families) : ''}
${answers}
  # Before the CNI's own masquerade. The identity keeps it from masquerading in the overlay.
  chain translate {
    type nat hook postrouting priority srcnat - 1; policy accept;
    oifname "${device}" snat to ${ip} saddr
    meta mark and ${leavingMark} != 0 snat to ${ip} saddr map @egress_ips
    ${translateOneOf(ip)}
  }

  # The last look: nothing selected leaves with another address, or without the node's lease on its addresses.
  chain guard {
    type filter hook postrouting priority srcnat + 10; policy accept;
    oifname "${device}" ${ip} saddr != @pods ${dropFor('overlay-unknown')}
    oifname != "${device}" meta mark and ${overlayMark} != 0 ${dropFor('overlay-bypassed')}
    meta mark and ${leavingMark} != 0 ${ip} saddr != @owned ${dropFor('not-owned')}
    meta mark and ${leavingMark} != 0 ${withoutLease} ${dropFor('not-owned')}
  }
}
`;
}
