import type { Condition, ContainerStatus, Pod } from './objects.ts';

export interface ContainerState {
  readonly name: string;
  readonly image: string;
  readonly id: string;
  readonly restarts: number;
  readonly startedAt: string;
  /** What its readiness probe says; without one true from the start. */
  readonly ready: boolean;
  /** Null while it runs. */
  readonly ended: { readonly exitCode: number; readonly at: string } | null;
  readonly previous: { readonly exitCode: number; readonly at: string } | null;
}

export interface Observed {
  /** One of each family of the cluster, the primary one first. */
  readonly podIPs: readonly string[];
  readonly hostIPs: readonly string[];
  readonly startTime: string;
  readonly containers: readonly ContainerState[];
}

type Status = NonNullable<Pod['status']>;

/** The status a kubelet reports; conditions keep their transition time while they do not change. */
export function planPodStatus(pod: Pod, observed: Observed, now: string): Status {
  const phase = phaseOf(pod, observed.containers);
  const ready = phase === 'Running' && observed.containers.every(isReady);
  const done = phase === 'Succeeded' || phase === 'Failed';
  const reason = phase === 'Succeeded' ? 'PodCompleted' : 'ContainersNotReady';
  const wanted: Condition[] = [
    { type: 'PodReadyToStartContainers', status: done ? 'False' : 'True' },
    { type: 'Initialized', status: 'True' },
    { type: 'Ready', status: ready ? 'True' : 'False', ...(ready ? {} : { reason }) },
    { type: 'ContainersReady', status: ready ? 'True' : 'False', ...(ready ? {} : { reason }) },
    { type: 'PodScheduled', status: 'True' },
  ];
  const before = pod.status?.conditions ?? [];
  return {
    phase,
    ...addressesOf(observed),
    startTime: observed.startTime,
    conditions: wanted.map((condition) => {
      const same = before.find((one) => one.type === condition.type && one.status === condition.status);
      return { ...condition, lastTransitionTime: same?.lastTransitionTime ?? now };
    }),
    containerStatuses: observed.containers.map(containerStatus),
  };
}

/** As a kubelet tells them: the first ones also in fields of their own. */
export function addressesOf({ podIPs, hostIPs }: Pick<Observed, 'podIPs' | 'hostIPs'>) {
  return {
    hostIP: hostIPs[0] ?? '',
    hostIPs: hostIPs.map((ip) => ({ ip })),
    podIP: podIPs[0] ?? '',
    podIPs: podIPs.map((ip) => ({ ip })),
  };
}

const isReady = ({ ended, ready }: ContainerState): boolean => ended === null && ready;

function phaseOf(pod: Pod, containers: readonly ContainerState[]): NonNullable<Status['phase']> {
  if (containers.some((container) => container.ended === null)) return 'Running';
  // With restartPolicy Always an ended container is about to be started again.
  if ((pod.spec.restartPolicy ?? 'Always') === 'Always') return 'Running';
  return containers.every((container) => container.ended?.exitCode === 0) ? 'Succeeded' : 'Failed';
}

function containerStatus(container: ContainerState): ContainerStatus {
  const { ended, previous } = container;
  const terminated = (end: { exitCode: number; at: string }) => ({
    terminated: {
      exitCode: end.exitCode,
      reason: end.exitCode === 0 ? 'Completed' : 'Error',
      finishedAt: end.at,
      containerID: container.id,
    },
  });
  return {
    name: container.name,
    image: container.image,
    imageID: container.image,
    containerID: container.id,
    ready: isReady(container),
    started: ended === null,
    restartCount: container.restarts,
    state: ended === null ? { running: { startedAt: container.startedAt } } : terminated(ended),
    ...(previous === null ? {} : { lastState: terminated(previous) }),
  };
}
