import type { Undo } from '../cluster.ts';
import { docker, execIn } from './docker.ts';

export interface NodeOfFaults {
  readonly container: string;
  /** Name of the node, for what is said. */
  readonly name: string;
  /** An image with `ip`. */
  readonly toolImage: string;
  /** After a boot: what the kernel has forgotten. */
  readonly restore: () => Promise<void>;
}

type Kind = 'powerOff' | 'unplug' | 'freeze' | 'stopKubelet';

/** Faults of a node and what takes them back. Each is idempotent; a node that is off can be neither unplugged nor frozen. */
export class NodeFaults {
  readonly #node: NodeOfFaults;
  readonly #active = new Set<Kind>();

  constructor(node: NodeOfFaults) {
    this.#node = node;
  }

  /** SIGKILL to every process, and the network namespace is gone: as when the power fails. */
  powerOff(): Promise<Undo> {
    const { container, restore } = this.#node;
    return this.#inject('powerOff', {
      begin: () => docker(['kill', container]),
      end: async () => {
        await docker(['start', container]);
        await restore();
      },
    });
  }

  /** The host's end of the cable goes down. */
  async unplug(): Promise<Undo> {
    this.#refuseWhenOff('unplug');
    const index = await this.#cableIndex();
    return this.#inject('unplug', {
      begin: () => this.#setCable(index, 'down'),
      end: () => this.#setCable(index, 'up'),
    });
  }

  /** The cgroup freezer stops every process; the kernel goes on. */
  freeze(): Promise<Undo> {
    this.#refuseWhenOff('freeze');
    const { container } = this.#node;
    return this.#inject('freeze', {
      begin: () => docker(['pause', container]),
      end: () => docker(['unpause', container]),
    });
  }

  stopKubelet(): Promise<Undo> {
    this.#refuseWhenOff('stopKubelet');
    const { container } = this.#node;
    return this.#inject('stopKubelet', {
      begin: () => execIn(container, ['systemctl', 'stop', 'kubelet']),
      end: () => execIn(container, ['systemctl', 'start', 'kubelet']),
    });
  }

  /** By what Docker says about the container: whoever injected a fault may be gone. */
  async heal(): Promise<void> {
    const { container, restore } = this.#node;
    const state = (await docker(['inspect', '--format', '{{.State.Running}} {{.State.Paused}}', container])).trim();
    this.#active.clear();
    if (state.startsWith('false')) {
      await docker(['start', container]);
      await restore();
      return;
    }
    if (state.endsWith('true')) await docker(['unpause', container]);
    await this.#setCable(await this.#cableIndex(), 'up');
    await execIn(container, ['systemctl', 'start', 'kubelet']);
  }

  async #cableIndex(): Promise<string> {
    return (await execIn(this.#node.container, ['cat', '/sys/class/net/eth0/iflink'])).stdout.trim();
  }

  async #inject(
    kind: Kind,
    { begin, end }: { begin: () => Promise<unknown>; end: () => Promise<unknown> },
  ): Promise<Undo> {
    const isNew = !this.#active.has(kind);
    this.#active.add(kind);
    if (isNew) await begin();
    return async () => {
      if (!this.#active.delete(kind)) return;
      if (kind === 'powerOff') this.#active.clear();
      await end();
    };
  }

  /** The cable's other end is in the network namespace of the machine that Docker runs on, wherever that is. */
  async #setCable(index: string, state: 'up' | 'down'): Promise<void> {
    const script = `ip -o link | sed -n 's/^${index}: \\([^@:]*\\).*/\\1/p' | xargs -I{} ip link set dev {} ${state}`;
    const flags = ['--rm', '--network', 'host', '--cap-add', 'NET_ADMIN', '--entrypoint', 'sh'];
    await docker(['run', ...flags, this.#node.toolImage, '-ec', script]);
  }

  #refuseWhenOff(kind: Kind): void {
    if (this.#active.has('powerOff'))
      throw new Error(`${kind} of ${this.#node.name}: the node is switched off; undo that first`);
  }
}
