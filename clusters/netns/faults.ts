import { ipBatch } from '../../agent/linux/ip.ts';
import type { TopologyNode } from '../cluster.ts';
import { bootNamespace } from './apply-topology.ts';
import type { ClusterConfig } from './config.ts';
import type { FaultKind } from './control-protocol.ts';
import type { ControlPlane } from './kubelet/control-plane.ts';
import type { Kubelet } from './kubelet/kubelet.ts';
import { netnsPath } from './paths.ts';
import type { ClusterPaths } from './paths.ts';
import { cable, planNode, plugNode, switches } from './plan-topology.ts';

/** Faults of nodes and what takes them back. Each is idempotent; a powered-off node can be neither unplugged nor frozen. */
export class Faults {
  readonly #config: ClusterConfig;
  readonly #paths: ClusterPaths;
  readonly #control: ControlPlane;
  readonly #active = new Map<string, Set<FaultKind>>();

  constructor(config: ClusterConfig, paths: ClusterPaths, control: ControlPlane) {
    this.#config = config;
    this.#paths = paths;
    this.#control = control;
  }

  async inject(kind: FaultKind, name: string): Promise<void> {
    const { node, kubelet, active } = this.#find(name);
    if (active.has(kind)) return;
    if (kind !== 'powerOff' && active.has('powerOff'))
      throw new Error(`${kind} of ${name}: the node is switched off; undo that first`);
    active.add(kind);
    if (kind === 'freeze') kubelet.freeze(true);
    else if (kind === 'stopKubelet') kubelet.stop(true);
    else if (kind === 'unplug') await this.#cable(node, 'down');
    else {
      // The cable first: nothing that is said while the processes die may reach the switch.
      await ipBatch([`link del ${cable(node.name)}`], { netns: netnsPath(switches), force: true });
      await kubelet.cutPower();
      await ipBatch([`netns del ${node.name}`]);
    }
  }

  async heal(kind: FaultKind, name: string): Promise<void> {
    const { node, kubelet, active } = this.#find(name);
    if (!active.delete(kind)) return;
    if (kind === 'freeze') kubelet.freeze(false, this.#control.podsOf(name));
    else if (kind === 'stopKubelet') kubelet.stop(false, this.#control.podsOf(name));
    else if (kind === 'unplug') await this.#cable(node, 'up');
    else {
      active.clear();
      await ipBatch(plugNode(node), { netns: netnsPath(switches) });
      await bootNamespace(planNode(this.#config.topology, node), this.#paths.boot);
      await kubelet.boot(this.#control.podsOf(name));
      await this.#control.restoreProxy(name);
    }
  }

  async #cable(node: TopologyNode, state: 'up' | 'down'): Promise<void> {
    await ipBatch([`link set ${cable(node.name)} ${state}`], { netns: netnsPath(switches) });
  }

  #find(name: string): { node: TopologyNode; kubelet: Kubelet; active: Set<FaultKind> } {
    const kubelet = this.#control.kubelets.get(name);
    if (!kubelet)
      throw new Error(`there is no node "${name}"; the nodes are ${[...this.#control.kubelets.keys()].join(', ')}`);
    const active = this.#active.get(name) ?? new Set<FaultKind>();
    this.#active.set(name, active);
    return { node: kubelet.node, kubelet, active };
  }
}
