/** Name of the overlay device, and of the agent's tables. */
export const device = 'egressproof0';
export const table = 'egressproof';

/** VXLAN network identifier, number of the routing table, metric of the agent's addresses: any that nobody else uses. */
export const vni = 7689;
export const routeTable = 7689;
export const addressMetric = 7689;
/** Preference of the policy routing rule: after the kernel's local table (0), before everybody else's rules. */
export const rulePreference = 90;

/** Packet mark of traffic that has to go through the overlay, and conntrack mark of its connections. */
export const overlayMark = '0x10000000';
/** Packet mark of traffic that has to leave from this node with an Egress IP. */
export const leavingMark = '0x20000000';
