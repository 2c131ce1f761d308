import { cpus, release, totalmem } from 'node:os';
import type { TopologyNode } from '../../cluster.ts';
import type { Condition, Node } from './objects.ts';

/** The primary one first, as kubelets tell them. */
export const nodeAddresses = ({ address, address6 }: TopologyNode): string[] =>
  address6 === undefined ? [address] : [address, address6];

/** The Node object that a kubelet registers. */
export function nodeObject(node: TopologyNode, kubeletVersion: string): Node {
  const resources = { cpu: String(cpus().length), memory: `${Math.floor(totalmem() / 1024)}Ki`, pods: '250' };
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: {
      name: node.name,
      labels: {
        'kubernetes.io/hostname': node.name,
        'kubernetes.io/os': 'linux',
        'kubernetes.io/arch': process.arch === 'x64' ? 'amd64' : process.arch,
        ...node.labels,
      },
    },
    spec: {
      podCIDR: node.podCIDR,
      podCIDRs: node.podCIDR6 === undefined ? [node.podCIDR] : [node.podCIDR, node.podCIDR6],
    },
    status: {
      addresses: [
        ...nodeAddresses(node).map((address) => ({ type: 'InternalIP', address })),
        { type: 'Hostname', address: node.name },
      ],
      capacity: resources,
      allocatable: resources,
      nodeInfo: {
        architecture: process.arch === 'x64' ? 'amd64' : process.arch,
        bootID: '',
        containerRuntimeVersion: 'netns://1',
        kernelVersion: release(),
        kubeProxyVersion: kubeletVersion,
        kubeletVersion,
        machineID: node.name,
        operatingSystem: 'linux',
        osImage: 'egressproof embedded node',
        systemUUID: node.name,
      },
    },
  };
}

export type Readiness = 'True' | 'Unknown';

/** Conditions of a node that reports, or of one that has stopped reporting (node lifecycle controller's wording). */
export function nodeConditions(readiness: Readiness, before: readonly Condition[], now: string): Condition[] {
  const condition = (type: string, healthy: 'True' | 'False', reason: string, message: string): Condition => {
    const status = readiness === 'Unknown' ? 'Unknown' : healthy;
    const same = before.find((one) => one.type === type && one.status === status);
    const text =
      readiness === 'Unknown'
        ? { reason: 'NodeStatusUnknown', message: 'Kubelet stopped posting node status.' }
        : { reason, message };
    return { type, status, ...text, lastHeartbeatTime: now, lastTransitionTime: same?.lastTransitionTime ?? now };
  };
  return [
    condition('MemoryPressure', 'False', 'KubeletHasSufficientMemory', 'kubelet has sufficient memory available'),
    condition('DiskPressure', 'False', 'KubeletHasNoDiskPressure', 'kubelet has no disk pressure'),
    condition('PIDPressure', 'False', 'KubeletHasSufficientPID', 'kubelet has sufficient PID available'),
    condition('Ready', 'True', 'KubeletReady', 'kubelet is posting ready status'),
  ];
}
