import { freezeAgent, gracefulStop, killAgent } from './agent-faults.ts';
import { apiServerDown, controllerDown, drain } from './cluster-faults.ts';
import type { Fault } from './fault.ts';
import { clockStep, cpuHog, diskFull } from './machine-faults.ts';
import { freezeNode, kubeletStop, powerCut, unplug } from './node-faults.ts';
import { halfLoss, oneWayLoss, uplinkLoss } from './packet-loss.ts';

/**
 * Every fault by its name. What one does never changes: with another effect it is another version, so that numbers that
 * were measured with it stay comparable.
 */
export const faults = {
  'power-cut/v1': powerCut,
  'unplug/v1': unplug,
  'one-way-loss/v1': oneWayLoss,
  'loss-50/v1': halfLoss,
  'uplink-loss/v1': uplinkLoss,
  'freeze-node/v1': freezeNode,
  'freeze-agent/v1': freezeAgent,
  'kill-agent/v1': killAgent,
  'graceful-stop/v1': gracefulStop,
  'drain/v1': drain,
  'kubelet-stop/v1': kubeletStop,
  'api-server-down/v1': apiServerDown,
  'controller-down/v1': controllerDown,
  'clock-step/v1': clockStep,
  'cpu-hog/v1': cpuHog,
  'disk-full/v1': diskFull,
} as const satisfies Readonly<Record<string, Fault>>;

export type FaultName = keyof typeof faults;

export function isFault(name: string): name is FaultName {
  return Object.hasOwn(faults, name);
}
