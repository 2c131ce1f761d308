import { stringify } from 'yaml';
import type { Topology } from '../cluster.ts';

export const ipFamilies = ['ipv4', 'ipv6', 'dual'] as const;
export type IpFamily = (typeof ipFamilies)[number];

/** kind's configuration file: a control plane, and a worker for each node of the topology, in its order. */
export function planKindConfig(topology: Topology, ipFamily: IpFamily): string {
  const { podCIDR, podCIDR6 = '', serviceCIDR, serviceCIDR6 = '' } = topology;
  const both = (v4: string, v6: string): string => ({ ipv4: v4, ipv6: v6, dual: `${v4},${v6}` })[ipFamily];
  return stringify({
    kind: 'Cluster',
    apiVersion: 'kind.x-k8s.io/v1alpha4',
    networking: {
      ipFamily,
      podSubnet: both(podCIDR, podCIDR6),
      serviceSubnet: both(serviceCIDR, serviceCIDR6),
      kubeProxyMode: 'iptables',
    },
    nodes: [
      { role: 'control-plane' },
      ...topology.nodes.map(({ labels }) => ({ role: 'worker', ...(isEmpty(labels) ? {} : { labels }) })),
    ],
  });
}

const isEmpty = (labels: object): boolean => Object.keys(labels).length === 0;
