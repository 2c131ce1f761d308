import { existsSync } from 'node:fs';
import type { CapabilityState, Cluster } from '../cluster.ts';

/** A kernel can be built or started without. */
export const hasIPv6 = existsSync('/proc/net/if_inet6');

const has: CapabilityState = { has: true };

const ipv6: CapabilityState = hasIPv6 ? has : { has: false, why: 'the kernel of this machine has no IPv6' };

/** What the embedded cluster can do. */
export const netnsCapabilities: Cluster['capabilities'] = {
  nodeHosts: has,
  systemPods: { has: false, why: 'proxy, scheduler and controllers are parts of the cluster itself' },
  podAddresses: has,
  router: has,
  firewall: has,
  database: has,
  powerOff: has,
  unplug: has,
  freeze: has,
  stopKubelet: has,
  controlPlaneHost: has,
  nodeClock: { has: false, why: 'all nodes have the clock of this machine' },
  nodeFileSystems: { has: false, why: 'all nodes have the file systems of this machine' },
  ipv4: has,
  ipv6,
  ipv6Only: ipv6,
  vlan: { has: false, why: 'the embedded topologies have no VLANs' },
  realTimePriority: { has: false, why: 'SCHED_FIFO is not permitted in a user namespace' },
};
