import { createHash } from 'node:crypto';
import { selectorMatches } from '../../../agent/api/label-selector.ts';
import { tolerated } from './schedule.ts';
import type { Node, Pod, PodTemplate, Workload } from './objects.ts';

/** Label under which a pod carries the hash of the template it was made from, as the real controllers do. */
export const templateHashLabel = 'pod-template-hash';

export interface WorkloadPlan {
  readonly create: readonly Pod[];
  /** Names of pods of this workload that have to go. */
  readonly delete: readonly string[];
  readonly status: Record<string, number>;
}

/** DaemonSet: one pod on each node it may run on; pods of an older template are replaced one node at a time. */
export function planDaemonSet(set: Workload, nodes: readonly Node[], pods: readonly Pod[]): WorkloadPlan {
  const hash = templateHash(set.spec.template);
  const wanted = nodes
    .filter((node) => runsOn(set, node))
    .map((node) => node.metadata.name ?? '')
    .sort();
  const mine = ownedPods(set, pods);
  const create: Pod[] = [];
  const remove: string[] = mine.filter((pod) => finished(pod) || !wanted.includes(pod.spec.nodeName ?? '')).map(nameOf);
  for (const node of wanted) {
    const here = mine.filter((pod) => pod.spec.nodeName === node && !finished(pod) && !terminating(pod));
    if (here.length === 0 && !mine.some((pod) => pod.spec.nodeName === node && terminating(pod))) {
      create.push(podOf(set, hash, `${nameOf(set)}-${node}`, { nodeName: node }));
    }
    remove.push(...here.slice(1).map(nameOf));
  }
  const current = mine.filter((pod) => !terminating(pod) && !finished(pod));
  const outdated = current.filter((pod) => pod.metadata.labels?.[templateHashLabel] !== hash);
  // maxUnavailable 1: the next one goes only when all the others are ready.
  const [first] = outdated;
  if (first && current.length === wanted.length && current.every((pod) => pod === first || ready(pod)))
    remove.push(nameOf(first));
  const up = current.filter(ready).length;
  return {
    create,
    delete: [...new Set(remove)],
    status: {
      desiredNumberScheduled: wanted.length,
      currentNumberScheduled: current.length,
      numberMisscheduled: mine.length - current.length,
      numberReady: up,
      numberAvailable: up,
      numberUnavailable: wanted.length - up,
      updatedNumberScheduled: current.length - outdated.length,
      observedGeneration: set.metadata.generation ?? 1,
    },
  };
}

/** Deployment, without ReplicaSets between: pods of an older template go as soon as their replacements are ready. */
export function planDeployment(deployment: Workload, pods: readonly Pod[]): WorkloadPlan {
  const hash = templateHash(deployment.spec.template);
  const replicas = deployment.spec.replicas ?? 1;
  const mine = ownedPods(deployment, pods);
  const current = mine.filter((pod) => !terminating(pod) && !finished(pod));
  const updated = current.filter((pod) => pod.metadata.labels?.[templateHashLabel] === hash).sort(olderFirst);
  const outdated = current.filter((pod) => !updated.includes(pod));
  const create: Pod[] = [];
  for (let index = updated.length; index < replicas; index++) {
    create.push(podOf(deployment, hash, undefined, {}));
  }
  const remove = mine.filter(finished).map(nameOf);
  remove.push(...updated.slice(replicas).map(nameOf));
  if (updated.filter(ready).length >= replicas) remove.push(...outdated.map(nameOf));
  const up = current.filter(ready).length;
  return {
    create,
    delete: [...new Set(remove)],
    status: {
      replicas: current.length,
      updatedReplicas: updated.length,
      readyReplicas: up,
      availableReplicas: up,
      unavailableReplicas: Math.max(0, replicas - up),
      observedGeneration: deployment.metadata.generation ?? 1,
    },
  };
}

export function templateHash(template: PodTemplate): string {
  return createHash('sha256').update(JSON.stringify(template)).digest('hex').slice(0, 10);
}

function ownedPods(owner: Workload, pods: readonly Pod[]): Pod[] {
  return pods.filter(
    (pod) =>
      (pod.metadata.ownerReferences ?? []).some(
        (reference) => reference.controller === true && reference.uid === owner.metadata.uid,
      ) && selectorMatches(owner.spec.selector, pod.metadata.labels),
  );
}

function podOf(owner: Workload, hash: string, name: string | undefined, spec: { nodeName?: string }): Pod {
  const { template } = owner.spec;
  const ownerName = nameOf(owner);
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      ...(name === undefined ? { generateName: `${ownerName}-` } : { name }),
      namespace: owner.metadata.namespace ?? 'default',
      labels: { ...template.metadata?.labels, [templateHashLabel]: hash },
      ...(template.metadata?.annotations ? { annotations: template.metadata.annotations } : {}),
      ownerReferences: [
        {
          apiVersion: owner.apiVersion ?? 'apps/v1',
          kind: owner.kind ?? '',
          name: ownerName,
          uid: owner.metadata.uid ?? '',
          controller: true,
        },
      ],
    },
    spec: { ...template.spec, ...spec },
  };
}

function runsOn(set: Workload, node: Node): boolean {
  const { spec } = set.spec.template;
  // The DaemonSet controller tolerates not-ready and unschedulable nodes on behalf of its pods.
  const hard = (node.spec?.taints ?? []).filter(
    (taint) => taint.effect !== 'PreferNoSchedule' && !taint.key.startsWith('node.kubernetes.io/'),
  );
  return (
    selectorMatches({ matchLabels: spec.nodeSelector ?? {} }, node.metadata.labels) &&
    hard.every((taint) => tolerated(taint, spec.tolerations))
  );
}

const nameOf = (object: { metadata: { name?: string } }): string => object.metadata.name ?? '';
const terminating = (pod: Pod): boolean => pod.metadata.deletionTimestamp !== undefined;
const finished = (pod: Pod): boolean => pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed';
const ready = (pod: Pod): boolean =>
  (pod.status?.conditions ?? []).some((condition) => condition.type === 'Ready' && condition.status === 'True');
const olderFirst = (a: Pod, b: Pod): number =>
  (a.metadata.creationTimestamp ?? '').localeCompare(b.metadata.creationTimestamp ?? '');
