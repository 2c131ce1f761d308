/** Name of the overlay device, and of the agent's tables. */
export const device = 'egressproof0';
export const table = 'egressproof';

/** Number of the routing table, metric of the agent's addresses: any that nobody else uses. */
export const routeTable = 7689;
export const addressMetric = 7689;
/** Preference of the policy routing rule: after the kernel's local table (0), before everybody else's rules. */
export const rulePreference = 90;

/** Packet mark of traffic that has to go through the overlay, and conntrack mark of its connections. */
export const overlayMark = '0x10000000';
/** Packet mark of traffic that has to leave from this node with an Egress IP. */
export const leavingMark = '0x20000000';

/** Addresses of one IP version that an Egress can spread its connections over. */
export const maxSlots = 16;
/** Bits of packet and conntrack mark that have the number of the chosen address; 0 where there is no choice. */
export const slotMask = 0x0f80_0000;
/** The mark of the address at an index, which counts from 0. */
export const slotMark = (index: number): string => hexMark((index + 1) << 23);
/** What a frame in the overlay has as source, to tell the egress node which address was chosen; no node has it. */
export const slotMac = (index: number): string => `02:e6:ff:00:00:${(index + 1).toString(16).padStart(2, '0')}`;

/** Subnets of Egress IPs beside that of the nodes, each with a routing table; Antrea's limit. */
export const maxSubnets = 20;
/** Number of the routing table of a subnet, which counts from 0. */
export const subnetTable = (number: number): number => routeTable + 1 + number;
/** Bits of the packet mark that have the subnet. */
export const subnetMask = 0x007c_0000;
/** Numbers of at least two bits: a bit that somebody else has set names no subnet. */
const subnetCodes = [...Array(32).keys()].filter((code) => (code & (code - 1)) !== 0);
export const subnetMark = (number: number): string => hexMark((subnetCodes[number] ?? 0) << 18);

/** As nft prints marks, and as the sets have numbers. */
export const hexMark = (mark: number | bigint): string => `0x${mark.toString(16).padStart(8, '0')}`;
