import type { CapabilityState, Cluster } from '../cluster.ts';

const notOurs: CapabilityState = { has: false, why: 'its nodes are not ours' };
const nothingOutside: CapabilityState = { has: false, why: 'the outside is one host with a witness' };

/** What can be done with a cluster that is only borrowed. */
export const existingCapabilities: Cluster['capabilities'] = {
  nodeHosts: notOurs,
  systemPods: notOurs,
  podAddresses: notOurs,
  powerOff: notOurs,
  unplug: notOurs,
  freeze: notOurs,
  stopKubelet: notOurs,
  controlPlaneHost: notOurs,
  nodeClock: notOurs,
  nodeFileSystems: notOurs,
  router: nothingOutside,
  firewall: nothingOutside,
  database: nothingOutside,
  ipv4: { has: true },
  ipv6: { has: false, why: 'the programs of the harness speak IPv4' },
  ipv6Only: { has: false, why: 'the cluster is as it is' },
  vlan: { has: false, why: 'nobody knows what its switches carry' },
  realTimePriority: notOurs,
};
