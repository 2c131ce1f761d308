import type { CapabilityState, Cluster } from '../cluster.ts';
import type { IpFamily } from './kind-config.ts';

const has: CapabilityState = { has: true };

/** What a cluster of kind can do that was made with this `--ip-family`. */
export function kindCapabilities(ipFamily: IpFamily): Cluster['capabilities'] {
  return {
    nodeHosts: has,
    systemPods: has,
    podAddresses: has,
    router: has,
    firewall: has,
    database: has,
    powerOff: has,
    unplug: has,
    freeze: has,
    stopKubelet: has,
    controlPlaneHost: has,
    nodeClock: { has: false, why: 'containers have the clock of their machine' },
    nodeFileSystems: has,
    ipv4: ipFamily === 'ipv6' ? { has: false, why: 'the cluster was made with --ip-family ipv6' } : has,
    ipv6: ipFamily === 'ipv4' ? { has: false, why: 'the cluster was made with --ip-family ipv4' } : has,
    ipv6Only: { has: false, why: 'the outside of clusters of kind is laid out for IPv4' },
    vlan: { has: false, why: 'networks of Docker carry no VLANs' },
    realTimePriority: { has: false, why: 'containers may not set it' },
  };
}
