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
  /** One of each family of the cluster, the primary one first. */
  readonly addresses: readonly PodAddress[];
}

export interface PodAddress {
  readonly address: string;
  /** The node's side, the same for all pods of a node. */
  readonly gateway: string;
}

/** Point-to-point, as CNI's ptp plugin does it: a /32 (or /128) on both ends and one route per pod on the node. */
export function planPodNetwork(pod: PodNetwork): { node: string[]; pod: string[] } {
  const { veth, namespace, addresses } = pod;
  const [primary] = addresses;
  return {
    node: [
      `netns add ${namespace}`,
      `link add ${veth} type veth peer name eth0 address ${macOf(primary?.address ?? '')} netns ${namespace}`,
      ...addresses.map(({ gateway }) => addressLine(gateway, veth)),
      `link set ${veth} up`,
      ...addresses.map(({ address, gateway }) => `route add ${host(address)} dev ${veth} src ${gateway}`),
    ],
    pod: [
      'link set lo up',
      ...addresses.map(({ address }) => addressLine(address, 'eth0')),
      'link set eth0 up',
      ...addresses.flatMap(({ gateway }) => [
        `route add ${host(gateway)} dev eth0 scope link`,
        `route add default via ${gateway}`,
      ]),
    ],
  };
}

/** Nobody else can have it: an IPv6 one is used at once, without DAD. */
const addressLine = (address: string, device: string): string =>
  `addr add ${host(address)} dev ${device}${address.includes(':') ? ' nodad' : ''}`;

const host = (address: string): string => `${address}/${address.includes(':') ? 128 : 32}`;

/**
 * $1, $2: the lines for node and pod, $3: the pod's namespace, $4: the node's end. That one came up before the other, so
 * the kernel lets it send only when its link watch has run (net/core/link_watch.c); until then the answer to the pod's
 * first ARP request would be lost, and the pod ask again after a second.
 */
const script = `ip -batch "$1" && ip -n "$3" -batch "$2" || exit
until state=$(ip -o link show dev "$4") || exit; case $state in *' state UP '*) ;; *) false ;; esac; do sleep 0.001; done`;

/** Both ends in one process, for pods start many a second. */
export async function addPodNetwork(pod: PodNetwork, bootDir: string): Promise<void> {
  const { namespace, node, veth } = pod;
  const plan = planPodNetwork(pod);
  const files = { node: join(bootDir, `${namespace}.node.ip`), pod: join(bootDir, `${namespace}.pod.ip`) };
  await Promise.all([
    writeFile(files.node, `${plan.node.join('\n')}\n`),
    writeFile(files.pod, `${plan.pod.join('\n')}\n`),
  ]);
  try {
    await run(['sh', '-c', script, 'pod', files.node, files.pod, namespace, veth], { netns: netnsPath(node) });
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
