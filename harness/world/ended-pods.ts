import { pods as podResource, type KubeObject } from '../../agent/kube/object.ts';
import { whenReflected } from '../../agent/kube/when.ts';
import { trafficImage } from '../traffic/programs.ts';
import type { PodAddress } from './pod-addresses.ts';
import type { Testbed } from './testbed.ts';
import { timeouts } from './timeouts.ts';

/** Long enough for a kubelet to tell the address of the pod before it ends. */
const workSeconds = 1;

/** Runs a pod on each node until it has ended, as one of a Job does; it stays in the API. Gives the addresses they had. */
export async function runToEnd(testbed: Testbed, namespace: string, nodes: readonly string[]): Promise<PodAddress[]> {
  const { kube, podCache, cluster, context } = testbed;
  const image = cluster.image(trafficImage);
  return Promise.all(
    nodes.map(async (node) => {
      const name = `job-${node}`;
      await kube.create(podResource, podManifest(namespace, name, node, image));
      const key = `${namespace}/${name}`;
      const ip = await whenReflected([podCache], {
        look: () => {
          const { phase, podIP } = podCache.items.get(key)?.status ?? {};
          return phase === 'Succeeded' && podIP ? podIP : undefined;
        },
        limitMs: timeouts.podReady,
        last: () =>
          `pod ${key} did not end within ${timeouts.podReady} ms; last seen: ${JSON.stringify(podCache.items.get(key)?.status)}`,
        signal: context.signal,
      });
      return { node, ip };
    }),
  );
}

function podManifest(namespace: string, name: string, node: string, image: string): KubeObject {
  const container = { name: 'job', image, imagePullPolicy: 'IfNotPresent', command: ['sleep', String(workSeconds)] };
  const spec = { nodeName: node, restartPolicy: 'Never', containers: [container] };
  return { apiVersion: 'v1', kind: 'Pod', metadata: { namespace, name }, spec } as KubeObject;
}
