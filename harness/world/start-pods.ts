import { pods as podResource, type KubeObject } from '../../agent/kube/object.ts';
import { whenReflected } from '../../agent/kube/when.ts';
import { trafficCommand, trafficImage } from '../traffic/programs.ts';
import type { PodFacts } from '../history/events.ts';
import { CasePod } from './case-pod.ts';
import type { Pod, Testbed } from './testbed.ts';
import { timeouts } from './timeouts.ts';

export interface PodRequest {
  readonly namespace: string;
  readonly name: string;
  readonly node: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly hostNetwork: boolean;
  readonly witnessPort: number;
  readonly tokenPrefix: string;
}

/** Creates a pod with a traffic program and waits until it takes commands. */
export async function startPod(testbed: Testbed, request: PodRequest): Promise<CasePod> {
  await testbed.kube.create(podResource, podManifest(request, testbed.cluster.image(trafficImage)));
  const ready = await whenPod(testbed, request.namespace, request.name, isReady, 'become ready');
  const node = testbed.cluster.node(request.node);
  const facts: PodFacts = {
    namespace: request.namespace,
    name: request.name,
    ...addressesOf(ready),
    node: node.name,
    nodeAddress: node.address,
    ...(node.address6 === undefined ? {} : { nodeAddress6: node.address6 }),
    hostNetwork: request.hostNetwork,
  };
  const session = await testbed.kube.exec(request.namespace, request.name, trafficCommand);
  const pod = new CasePod(facts, request.witnessPort, session, request.tokenPrefix);
  await pod.listening;
  return pod;
}

function podManifest({ namespace, name, node, labels, hostNetwork }: PodRequest, image: string): KubeObject {
  const spec = {
    nodeName: node,
    ...(hostNetwork ? { hostNetwork } : {}),
    terminationGracePeriodSeconds: 0,
    containers: [{ name: 'traffic', image, imagePullPolicy: 'IfNotPresent' }],
  };
  return { apiVersion: 'v1', kind: 'Pod', metadata: { namespace, name, labels: { ...labels } }, spec } as KubeObject;
}

/** The primary address first, as a kubelet reports them. */
function addressesOf({ status }: Pod): Pick<PodFacts, 'ip' | 'ip6'> {
  const [, second] = status?.podIPs ?? [];
  return { ip: status?.podIP ?? '', ...(second === undefined ? {} : { ip6: second.ip }) };
}

function isReady({ status }: Pod): boolean {
  return status?.conditions?.some(({ type, status: state }) => type === 'Ready' && state === 'True') ?? false;
}

/** @throws Error with the pod's last state when it does not get there within timeouts.podReady. */
function whenPod(
  { podCache, context }: Testbed,
  namespace: string,
  name: string,
  condition: (pod: Pod) => boolean,
  what: string,
): Promise<Pod> {
  const key = `${namespace}/${name}`;
  return whenReflected([podCache], {
    look: () => {
      const pod = podCache.items.get(key);
      return pod !== undefined && condition(pod) ? pod : undefined;
    },
    limitMs: timeouts.podReady,
    last: () =>
      `pod ${key} did not ${what} within ${timeouts.podReady} ms; last seen: ${stateOf(podCache.items.get(key))}`,
    signal: context.signal,
  });
}

function stateOf(pod: Pod | undefined): string {
  const { phase = 'none', conditions = [] } = pod?.status ?? {};
  const said = conditions.map(({ type, status, message }) => `${type}=${status} ${message ?? ''}`.trim());
  return [`phase ${phase}`, ...said].join(', ');
}
