import { pods } from '../../agent/kube/object.ts';
import type { KubeObject } from '../../agent/kube/object.ts';
import { whenReflected } from '../../agent/kube/when.ts';
import type { OwnPrograms } from '../adapter/adapter.ts';
import type { Fault, FaultSite } from './fault.ts';
import { signalProcesses } from './processes.ts';

/** The agent's pod is scheduled, started and ready again. */
const backMs = 60_000;

interface Pod extends KubeObject {
  readonly spec?: { readonly nodeName?: string };
  readonly status?: {
    readonly conditions?: readonly { readonly type: string; readonly status: string }[];
    readonly containerStatuses?: readonly { readonly restartCount?: number }[];
  };
}

/** @throws Error where the implementation has no agents */
export function programsOf({ adapter }: Pick<FaultSite, 'adapter'>): OwnPrograms {
  if (adapter.programs === undefined)
    throw new Error(`${adapter.name} says nothing about programs of its own: there is nothing to break`);
  return adapter.programs;
}

async function signalAgent(site: FaultSite, signal: 'STOP' | 'CONT' | 'KILL'): Promise<void> {
  const { agent } = programsOf(site);
  const count = await signalProcesses(site.node, agent.process, signal);
  if (count === 0 && signal !== 'CONT')
    throw new Error(`${site.node.name} has no process ${agent.process}: there is no agent to send SIG${signal}`);
}

function isReady({ metadata, status }: Pod): boolean {
  const isUp = status?.conditions?.some((one) => one.type === 'Ready' && one.status === 'True') === true;
  return isUp && metadata.deletionTimestamp === undefined;
}

/** An agent of the node is ready that is as wanted. */
async function whenAgentIsBack(
  { kube, node, ...site }: FaultSite,
  isWanted: (pod: Pod) => boolean = () => true,
): Promise<void> {
  const { namespace, workload } = programsOf(site).agent;
  using all = kube.reflect<Pod>(pods, { namespace });
  await all.synced;
  await whenReflected([all], {
    look: () =>
      [...all.items.values()].some((pod) => isOn(pod, workload, node.name) && isReady(pod) && isWanted(pod)) ||
      undefined,
    limitMs: backMs,
    last: () => `the agent of ${node.name} was not ready again within ${backMs} ms`,
  });
}

const isOn = ({ metadata, spec }: Pod, workload: string, node: string): boolean =>
  spec?.nodeName === node && metadata.name?.startsWith(`${workload}-`) === true;

async function podOfAgent({ kube, node, ...site }: FaultSite): Promise<Pod> {
  const { namespace, workload } = programsOf(site).agent;
  const { items } = await kube.list<Pod>(pods, { namespace });
  const found = items.find((pod) => isOn(pod, workload, node.name) && pod.metadata.deletionTimestamp === undefined);
  if (found === undefined) throw new Error(`${node.name} has no pod of ${workload} in ${namespace}`);
  return found;
}

const restartsOf = ({ status }: Pod): number => status?.containerStatuses?.[0]?.restartCount ?? 0;

export const freezeAgent: Fault = {
  does: 'the agent of the node stands still (SIGSTOP), as one does that is starved or debugged',
  isNot: 'no death: its connections stay open, and the kernel goes on with what the agent has put there',
  hits: 'agent',
  needs: ['nodeHosts'],
  begin: (site) => signalAgent(site, 'STOP'),
  end: async (site) => {
    await signalAgent(site, 'CONT');
    await whenAgentIsBack(site);
  },
};

export const killAgent: Fault = {
  does: 'the agent of the node dies at once (SIGKILL); the kubelet starts it again',
  isNot: 'no loss of the node, and no end of the agent for good',
  hits: 'agent',
  needs: ['nodeHosts'],
  prepare: async (site) => ({ restarts: String(restartsOf(await podOfAgent(site))) }),
  begin: (site) => signalAgent(site, 'KILL'),
  end: (site, { restarts }) => whenAgentIsBack(site, (pod) => restartsOf(pod) > Number(restarts)),
};

export const gracefulStop: Fault = {
  does: "the agent's pod on the node is deleted, and ends as its grace period allows; its DaemonSet makes another one",
  isNot: 'no crash: the agent is asked to end',
  hits: 'agent',
  needs: [],
  prepare: async (site) => {
    const { name = '', uid = '' } = (await podOfAgent(site)).metadata;
    return { name, uid };
  },
  begin: async (site, { name = '' }) => {
    await site.kube.delete(pods, name, programsOf(site).agent.namespace);
  },
  end: (site, { uid }) => whenAgentIsBack(site, ({ metadata }) => metadata.uid !== uid),
};
