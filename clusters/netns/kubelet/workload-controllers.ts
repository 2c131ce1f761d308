import { isAlreadyExists, isNotFound } from '../../../agent/kube/error.ts';
import { daemonSets, deployments, pods as podsRef } from '../../../agent/kube/object.ts';
import type { ResourceRef } from '../../../agent/kube/object.ts';
import type { Kube, Reflection } from '../../../agent/kube/types.ts';
import type { Node, Pod, Workload } from './objects.ts';
import { unlessOvertaken } from './overtaken.ts';
import { patchStatus } from './status-patch.ts';
import { planDaemonSet, planDeployment } from './workloads.ts';
import type { WorkloadPlan } from './workloads.ts';

export interface WorkloadCaches {
  readonly pods: Reflection<Pod>;
  readonly nodes: Reflection<Node>;
  readonly daemonSets: Reflection<Workload>;
  readonly deployments: Reflection<Workload>;
}

/** Carries the plans for DaemonSets and Deployments out. */
export class WorkloadControllers {
  readonly #kube: Kube;
  readonly #caches: WorkloadCaches;
  /** The uids of pods that were created and that the cache has never shown, by owner: nothing is created twice. */
  readonly #expected = new Map<string, Set<string>>();

  constructor(kube: Kube, caches: WorkloadCaches) {
    this.#kube = kube;
    this.#caches = caches;
    caches.pods.onChange(({ object }) => {
      for (const expected of this.#expected.values()) expected.delete(object.metadata.uid ?? '');
    });
  }

  async syncDaemonSets(): Promise<void> {
    const nodes = [...this.#caches.nodes.items.values()];
    for (const set of this.#caches.daemonSets.items.values()) {
      if (set.metadata.deletionTimestamp === undefined)
        await this.#carryOut(daemonSets, set, planDaemonSet(set, nodes, this.#podsIn(set)));
    }
  }

  async syncDeployments(): Promise<void> {
    for (const deployment of this.#caches.deployments.items.values()) {
      if (deployment.metadata.deletionTimestamp === undefined) {
        await this.#carryOut(deployments, deployment, planDeployment(deployment, this.#podsIn(deployment)));
      }
    }
  }

  #podsIn(owner: Workload): Pod[] {
    return [...this.#caches.pods.items.values()].filter((pod) => pod.metadata.namespace === owner.metadata.namespace);
  }

  async #carryOut(resource: ResourceRef, owner: Workload, plan: WorkloadPlan): Promise<void> {
    const kube = this.#kube;
    const uid = owner.metadata.uid ?? '';
    const expected = this.#expected.get(uid) ?? new Set<string>();
    this.#expected.set(uid, expected);
    if (expected.size === 0) for (const pod of await this.#create(plan.create)) expected.add(pod);
    for (const name of plan.delete) await kube.delete(podsRef, name, owner.metadata.namespace);
    if (Object.entries(plan.status).every(([key, value]) => owner.status?.[key] === value)) return;
    await unlessOvertaken(
      patchStatus(kube, resource, owner, { ...plan.status, conditions: availability(resource, plan) }),
    );
  }

  /** The uids of those pods made here that the cache has not shown meanwhile. */
  async #create(pods: readonly Pod[]): Promise<string[]> {
    const shown = new Set<string>();
    const stop = this.#caches.pods.onChange(({ object }) => shown.add(object.metadata.uid ?? ''));
    try {
      const made: string[] = [];
      for (const pod of pods) {
        const created = await this.#kube.create(podsRef, pod).catch((error: unknown) => {
          if (isAlreadyExists(error) || isNotFound(error)) return null; // it is there already, or its namespace is going
          throw error;
        });
        if (created) made.push(created.metadata.uid ?? '');
      }
      return made.filter((uid) => !shown.has(uid));
    } finally {
      stop();
    }
  }
}

function availability(resource: ResourceRef, plan: WorkloadPlan): unknown[] {
  if (resource !== deployments) return [];
  const available = (plan.status['unavailableReplicas'] ?? 0) === 0;
  return [
    {
      type: 'Available',
      status: available ? 'True' : 'False',
      reason: available ? 'MinimumReplicasAvailable' : 'MinimumReplicasUnavailable',
      message: '',
    },
  ];
}
