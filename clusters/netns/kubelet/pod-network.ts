import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from '../../../agent/linux/exec.ts';
import { ipBatch } from '../../../agent/linux/ip.ts';
import { netnsPath } from '../paths.ts';
import { macOf } from '../plan-topology.ts';

export interface PodNetwork {
  /** Name of the pod's namespace. */
  readonly namespace: string;
  readonly node: string;
  /** The node's end of the veth; at most 15 characters. */
  readonly veth: string;
  readonly address: string;
  /** The node's side, the same for all pods of a node. */
  readonly gateway: string;
}

/** Point-to-point, as CNI's ptp plugin does it: a /32 on both ends and one route per pod on the node. */
export function planPodNetwork(pod: PodNetwork): { node: string[]; pod: string[] } {
  return {
    node: [
      `netns add ${pod.namespace}`,
      `link add ${pod.veth} type veth peer name eth0 address ${macOf(pod.address)} netns ${pod.namespace}`,
      `addr add ${pod.gateway}/32 dev ${pod.veth}`,
      `link set ${pod.veth} up`,
      `route add ${pod.address}/32 dev ${pod.veth} src ${pod.gateway}`,
    ],
    pod: [
      'link set lo up',
      `addr add ${pod.address}/32 dev eth0`,
      'link set eth0 up',
      `route add ${pod.gateway}/32 dev eth0 scope link`,
      `route add default via ${pod.gateway}`,
    ],
  };
}

/** Both ends in one process, for pods start many a second. */
export async function addPodNetwork(pod: PodNetwork, bootDir: string): Promise<void> {
  const plan = planPodNetwork(pod);
  const files = { node: join(bootDir, `${pod.namespace}.node.ip`), pod: join(bootDir, `${pod.namespace}.pod.ip`) };
  await Promise.all([
    writeFile(files.node, `${plan.node.join('\n')}\n`),
    writeFile(files.pod, `${plan.pod.join('\n')}\n`),
  ]);
  try {
    await run(['sh', '-c', 'ip -batch "$1" && ip -n "$3" -batch "$2"', 'pod', files.node, files.pod, pod.namespace], {
      netns: netnsPath(pod.node),
    });
  } finally {
    await Promise.all([rm(files.node, { force: true }), rm(files.pod, { force: true })]);
  }
}

/** The veth goes at once and not when the last socket lets go of the namespace. Nothing to do is fine. */
export async function removePodNetwork(pod: Pick<PodNetwork, 'namespace' | 'node' | 'veth'>): Promise<void> {
  await ipBatch([`link del ${pod.veth}`, `netns del ${pod.namespace}`], {
    netns: netnsPath(pod.node),
    force: true,
  }).catch(
    () => ipBatch([`netns del ${pod.namespace}`], { force: true }), // the node itself may be gone
  );
}
