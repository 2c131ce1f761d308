import { egressAddresses } from '../api/egress.ts';
import type { Egress } from '../api/egress.ts';
import type { Happening } from '../api/event.ts';
import { ReconcileLoop } from '../base/reconcile-loop.ts';
import type { Logger } from '../base/log.ts';
import type { Kube } from '../kube/types.ts';
import { capacityProblem } from './capacity.ts';
import { DataPlane, removeDataPlane } from './dataplane.ts';
import { defaultPlanSettings } from './facts.ts';
import type { Facts, PlanSettings } from './facts.ts';
import { Handover } from './handover.ts';
import { watchInputs } from './inputs.ts';
import type { Inputs } from './inputs.ts';
import { aliveByReadiness } from './liveness.ts';
import { defaultOverlayPort } from '../api/overlay.ts';
import { configuredAddresses } from './overlay.ts';
import { planNode } from './plan.ts';
import { PlanMemory } from './pod-ways.ts';
import type { NodePlan } from './plan.ts';
import { tell, writeStatus } from './report.ts';
import { reporterOf, statusChange } from './status.ts';

/** Told of what the agent does, for metrics. */
export interface AgentObserver {
  loopRan(loop: 'kernel' | 'status', seconds: number, failed: boolean): void;
  /** An event about an Egress was written. */
  told(event: Happening): void;
}

/** How many of what this node has. */
export interface Standing {
  readonly egressIPs: number;
  /** Egresses with an address here. */
  readonly egresses: number;
  /** A pod of both IP versions has two. */
  readonly podAddresses: number;
  readonly selectedPodAddresses: number;
}

export interface NodeAgentOptions {
  readonly kube: Kube;
  readonly nodeName: string;
  readonly log: Logger;
  readonly observer?: AgentObserver;
  readonly settings?: Partial<PlanSettings>;
  /** UDP port of VXLAN; default 4789. */
  readonly overlayPort?: number;
  /** How long an owned address stays owned without the agent; milliseconds, default 10,000. */
  readonly leaseMs?: number;
  /** For tests: a plan with a defect, instead of the right one. */
  readonly rewritePlan?: (plan: NodePlan) => NodePlan;
  /** For tests: an nft layout with a defect, instead of the right one. */
  readonly rewriteLayout?: (layout: string) => string;
}

export interface NodeAgent {
  /** Resolves when the first plan is in the kernel. */
  readonly ready: Promise<void>;
  standing(): Standing;
  /** Stops working. The kernel keeps its state, for an agent that comes after; `uninstall` takes it away. */
  stop(options?: { readonly uninstall?: boolean }): Promise<void>;
}

const announceAgainMs = [0, 100, 300, 1_000, 3_000];
/** On the average; agents that started together do not look together. */
const lookAgainMs = 10_000;
const staticAddressMs = 1_000;
/** Reverse path filters that others make strict drop what comes out of the overlay. */
const settingsMs = 1_000;
/** Beyond the lease, before an address is taken from a node that does not give it up. */
const handoverMarginMs = 500;

export function startNodeAgent(options: NodeAgentOptions): NodeAgent {
  return new Agent(options);
}

class Agent implements NodeAgent {
  readonly ready: Promise<void>;
  readonly #options: NodeAgentOptions;
  readonly #settings: PlanSettings;
  readonly #inputs: Inputs;
  readonly #dataPlane: DataPlane;
  readonly #handover: Handover;
  readonly #kernelLoop: ReconcileLoop;
  readonly #statusLoop: ReconcileLoop;
  readonly #memory = new PlanMemory();
  readonly #timers = new Set<NodeJS.Timeout>();
  #markReady: () => void = () => undefined;
  #plan: NodePlan | null = null;
  #facts: Facts | null = null;
  #configured: ReadonlySet<string> = new Set();
  #toldOfAnnotation: string | null = null;

  constructor(options: NodeAgentOptions) {
    const { overlayPort = defaultOverlayPort, leaseMs = 10_000, rewriteLayout } = options;
    this.#options = options;
    this.#settings = { ...defaultPlanSettings, ...options.settings };
    this.#dataPlane = new DataPlane({ overlayPort, leaseMs, ...(rewriteLayout ? { rewriteLayout } : {}) });
    this.#handover = new Handover(leaseMs + handoverMarginMs);
    this.#kernelLoop = new ReconcileLoop(
      () => this.#reconcile(),
      this.#report('cannot bring the kernel in line with the plan'),
      (seconds, failed) => options.observer?.loopRan('kernel', seconds, failed),
    );
    this.#statusLoop = new ReconcileLoop(
      () => this.#writeStatuses(),
      this.#report('cannot write a status'),
      (seconds, failed) => options.observer?.loopRan('status', seconds, failed),
    );
    this.ready = new Promise((resolve) => (this.#markReady = resolve));
    this.#inputs = watchInputs(
      options.kube,
      () => this.#kernelLoop.trigger(),
      (text) => options.log.warn(text),
    );
    this.#inputs.synced
      .then(
        () => this.#begin(leaseMs),
        // Stopped before the first list.
        () => undefined,
      )
      .catch(this.#report('cannot begin'));
  }

  async stop({ uninstall = false }: { uninstall?: boolean } = {}): Promise<void> {
    for (const timer of this.#timers) clearTimeout(timer);
    this.#inputs[Symbol.dispose]();
    await Promise.all([this.#kernelLoop.stop(), this.#statusLoop.stop()]);
    if (uninstall) await removeDataPlane();
  }

  standing(): Standing {
    const plan = this.#plan;
    const owned = plan?.owned ?? new Set();
    const isHere = (egress: Egress): boolean => egressAddresses(egress).some(({ ip }) => ip !== null && owned.has(ip));
    return {
      egressIPs: owned.size,
      egresses: (this.#facts?.egresses ?? []).filter(isHere).length,
      podAddresses: plan?.pods.size ?? 0,
      selectedPodAddresses: plan === null ? 0 : new Set([...plan.steering.keys(), ...plan.spread.keys()]).size,
    };
  }

  async #begin(leaseMs: number): Promise<void> {
    this.#configured = await configuredAddresses();
    this.#facts = this.#gather();
    this.#kernelLoop.trigger();
    this.#every(leaseMs / 4, () => this.#dataPlane.refreshLease());
    this.#every(settingsMs, () => this.#dataPlane.keepSettings());
    this.#every(staticAddressMs, () => this.#lookForStaticAddresses());
    // Others may flush what is the agent's.
    const soonOrLater = (): number => lookAgainMs * (0.5 + Math.random());
    this.#every(soonOrLater, async () => {
      try {
        if (await this.#dataPlane.lookAgain()) return;
      } catch (error) {
        this.#report('cannot compare the kernel with the plan')(error as Error);
      }
      this.#kernelLoop.trigger();
    });
  }

  async #reconcile(): Promise<void> {
    // Before the first list of everything a plan would be wrong: it would drop pods it does not know yet.
    if (this.#facts === null) return;
    this.#handover.begin();
    this.#facts = this.#gather();
    const planned = planNode(this.#facts, this.#options.nodeName, this.#settings, this.#memory);
    if (planned === null) {
      this.#options.log.warn('waiting for the InternalIP of this node', { node: this.#options.nodeName });
      return;
    }
    const plan = this.#options.rewritePlan?.(planned) ?? planned;
    const before = this.#plan?.held ?? new Set();
    await this.#dataPlane.apply(plan);
    this.#plan = plan;
    this.#logChanges(before, plan.held);
    this.#announce([...plan.held].filter((address) => !before.has(address)));
    const wait = this.#handover.remaining(performance.now());
    if (wait !== null) this.#later(wait, () => this.#kernelLoop.trigger());
    this.#statusLoop.trigger();
    this.#markReady();
  }

  #gather(): Facts {
    const watched = this.#inputs.facts();
    const alive = aliveByReadiness(watched.nodes);
    const { nodeName } = this.#options;
    const mayTake: Facts['mayTake'] = (egress, ip) =>
      // Who has it need not wait for anybody, whatever somebody has written into the status.
      this.#plan?.held.has(ip) === true || this.#handover.mayTake(egress, ip, nodeName, alive, performance.now());
    return { ...watched, alive, configuredAddresses: this.#configured, mayTake };
  }

  async #writeStatuses(): Promise<void> {
    const [plan, facts] = [this.#plan, this.#facts];
    if (!plan || !facts) return;
    const { nodeName: name, kube } = this.#options;
    const now = new Date().toISOString().replace(/\.\d+Z$/, 'Z');
    const writes = plan.ownership.map(async (entry) => {
      const egress = this.#inputs.egress(entry.egress.metadata.name ?? '');
      // A newer spec gets its status from the plan that it leads to.
      if (
        egress?.metadata.generation !== entry.egress.metadata.generation ||
        egress?.metadata.uid !== entry.egress.metadata.uid
      )
        return;
      const holds = (ip: string): boolean => plan.owned.has(ip);
      const reports = reporterOf(entry, facts.alive) === name;
      const change = egress && statusChange(egress, entry, { name, holds, reports }, now);
      if (change && (await writeStatus(kube, egress, change, name)))
        for (const event of change.events) this.#options.observer?.told(event);
    });
    const failed = (await Promise.allSettled([...writes, this.#tellOfAnnotation(facts)])).find(
      (result) => result.status === 'rejected',
    );
    if (failed) throw failed.reason;
  }

  /** Each node tells of its own; a new agent tells again. */
  async #tellOfAnnotation(facts: Facts): Promise<void> {
    const { nodeName: name, kube } = this.#options;
    const node = facts.nodes.find(({ metadata }) => metadata.name === name);
    if (!node) return;
    const problem = capacityProblem(node, this.#settings.maxEgressIPsPerNode);
    if (problem !== null && problem !== this.#toldOfAnnotation) {
      const regarding = { ...node, apiVersion: 'v1', kind: 'Node' };
      const event = { type: 'Warning', reason: 'InvalidMaxEgressIPs', note: problem } as const;
      await tell(kube, event, { regarding, action: 'NodeConfiguration', node: name });
    }
    this.#toldOfAnnotation = problem;
  }

  /** A static Egress IP belongs to the node that somebody configures it on, at any time. */
  async #lookForStaticAddresses(): Promise<void> {
    const statics = (this.#plan?.ownership ?? []).some(({ places }) => places.some(({ pooled }) => !pooled));
    if (!statics) return;
    const configured = await configuredAddresses();
    if (configured.size === this.#configured.size && [...configured].every((address) => this.#configured.has(address)))
      return;
    this.#configured = configured;
    this.#kernelLoop.trigger();
  }

  #announce(addresses: readonly string[]): void {
    if (addresses.length === 0) return;
    for (const wait of announceAgainMs) {
      this.#later(wait, () => {
        const still = addresses.filter((address) => this.#plan?.held.has(address));
        try {
          this.#dataPlane.announce(still);
        } catch (error) {
          this.#report('cannot announce an address')(error as Error);
        }
      });
    }
  }

  #logChanges(before: ReadonlySet<string>, after: ReadonlySet<string>): void {
    const taken = [...after].filter((address) => !before.has(address));
    const gone = [...before].filter((address) => !after.has(address));
    if (taken.length > 0 || gone.length > 0)
      this.#options.log.info('owned addresses changed', { taken, givenUp: gone });
  }

  #report(what: string): (error: Error) => void {
    return (error) => this.#options.log.error(what, { error: error.message });
  }

  #later(waitMs: number, action: () => void): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      action();
    }, waitMs);
    this.#timers.add(timer);
  }

  /** Repeats an action with pauses between its ends and its beginnings, so that it never overlaps itself. */
  #every(pauseMs: number | (() => number), action: () => Promise<void>): void {
    this.#later(typeof pauseMs === 'number' ? pauseMs : pauseMs(), () => {
      void action()
        .catch((error: Error) => this.#options.log.error('a periodic task failed', { error: error.message }))
        .then(() => this.#every(pauseMs, action));
    });
  }
}
