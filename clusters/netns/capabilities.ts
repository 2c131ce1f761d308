import type { CapabilityState, Cluster } from '../cluster.ts';

const has: CapabilityState = { has: true };

/** What the embedded cluster can do. */
export const netnsCapabilities: Cluster['capabilities'] = {
  nodeHosts: has,
  router: has,
  firewall: has,
  database: has,
  powerOff: has,
  unplug: has,
  freeze: has,
  ipv4: has,
  ipv6: { has: false, why: 'the embedded topologies are IPv4' },
  vlan: { has: false, why: 'the embedded topologies have no VLANs' },
  sctp: { has: false, why: 'the traffic programs have no SCTP' },
  realTimePriority: { has: false, why: 'SCHED_FIFO is not permitted in a user namespace' },
};
