import { at } from '../object.ts';
import type { ApiObject } from '../object.ts';
import { humanDuration } from './age.ts';
import { ageColumn, nameColumn, text, wide } from './column.ts';
import type { Column } from './column.ts';

interface ContainerStatus {
  name: string;
  ready?: boolean;
  started?: boolean;
  restartCount?: number;
  state?: State;
  lastState?: State;
}
interface State {
  waiting?: { reason?: string };
  running?: object;
  terminated?: { reason?: string; exitCode?: number; signal?: number; finishedAt?: string };
}

interface Summary {
  ready: number;
  total: number;
  restarts: number;
  lastRestart: number | undefined;
  reason: string;
}

/** READY, STATUS and RESTARTS as a real API server derives them (printPod). */
function summarize(pod: ApiObject): Summary {
  const status = pod['status'] ?? {};
  const containers: ContainerStatus[] = status.containerStatuses ?? [];
  const conditions: { type: string; status: string; reason?: string }[] = status.conditions ?? [];
  const summary: Summary = {
    ready: 0,
    total: (pod['spec'].containers ?? []).length,
    restarts: 0,
    lastRestart: undefined,
    reason: status.reason || status.phase || '',
  };
  if (conditions.some(({ type, reason }) => type === 'PodScheduled' && reason === 'SchedulingGated'))
    summary.reason = 'SchedulingGated';
  const initializing = initReason(pod, status.initContainerStatuses ?? [], summary);
  if (!initializing) {
    let running = false;
    for (const container of containers.toReversed()) {
      note(container, summary);
      if (container.state?.waiting?.reason) summary.reason = container.state.waiting.reason;
      else if (container.state?.terminated) summary.reason = terminatedReason(container.state.terminated);
      else if (container.ready && container.state?.running) {
        running = true;
        summary.ready += 1;
      }
    }
    if (summary.reason === 'Completed' && running) {
      const isReady = conditions.some(({ type, status: value }) => type === 'Ready' && value === 'True');
      summary.reason = isReady ? 'Running' : 'NotReady';
    }
  }
  if (pod.metadata.deletionTimestamp !== undefined)
    summary.reason = status.reason === 'NodeLost' ? 'Unknown' : 'Terminating';
  return summary;
}

function note({ restartCount, lastState }: ContainerStatus, summary: Summary): void {
  summary.restarts += restartCount ?? 0;
  const finished = lastState?.terminated?.finishedAt;
  if (finished !== undefined) summary.lastRestart = Math.max(summary.lastRestart ?? 0, Date.parse(finished));
}

function terminatedReason({ reason, signal, exitCode }: NonNullable<State['terminated']>): string {
  if (reason) return reason;
  return signal ? `Signal:${signal}` : `ExitCode:${exitCode ?? 0}`;
}

function initReason(pod: ApiObject, statuses: readonly ContainerStatus[], summary: Summary): boolean {
  const total = (pod['spec'].initContainers ?? []).length;
  for (const [i, status] of statuses.entries()) {
    const { terminated, waiting } = status.state ?? {};
    if (terminated?.exitCode === 0) continue;
    if (terminated) summary.reason = `Init:${terminatedReason(terminated)}`;
    else if (waiting?.reason && waiting.reason !== 'PodInitializing') summary.reason = `Init:${waiting.reason}`;
    else summary.reason = `Init:${i}/${total}`;
    note(status, summary);
    return true;
  }
  return false;
}

function restarts(pod: ApiObject): string {
  const { restarts: count, lastRestart } = summarize(pod);
  return count > 0 && lastRestart !== undefined
    ? `${count} (${humanDuration(Date.now() - lastRestart)} ago)`
    : String(count);
}

const orNone = (value: unknown): string => (typeof value === 'string' && value !== '' ? value : '<none>');

function readinessGates(pod: ApiObject): string {
  const gates: { conditionType: string }[] = pod['spec'].readinessGates ?? [];
  if (gates.length === 0) return '<none>';
  const conditions: { type: string; status: string }[] = pod['status']?.conditions ?? [];
  const met = gates.filter(({ conditionType }) =>
    conditions.some(({ type, status }) => type === conditionType && status === 'True'),
  );
  return `${met.length}/${gates.length}`;
}

export const podColumns: readonly Column[] = [
  nameColumn,
  text('Ready', (pod) => {
    const { ready, total } = summarize(pod);
    return `${ready}/${total}`;
  }),
  text('Status', (pod) => summarize(pod).reason),
  text('Restarts', restarts),
  ageColumn,
  wide('IP', (pod) => orNone(at(pod, 'status', 'podIP'))),
  wide('Node', (pod) => orNone(at(pod, 'spec', 'nodeName'))),
  wide('Nominated Node', (pod) => orNone(at(pod, 'status', 'nominatedNodeName'))),
  wide('Readiness Gates', readinessGates),
];
