import type { WatchedInterface } from '../traffic/capture-args.ts';
import { captureProgram } from '../traffic/programs.ts';
import type { Host, RunningProcess } from '../../clusters/cluster.ts';
import { captureEvent, type CaptureEvent, type PacketEvent } from '../traffic/capture-protocol.ts';
import { ProgramLink } from './program-link.ts';
import { timeouts } from './timeouts.ts';

/** A running capture on interfaces of a host. */
export class Wire implements AsyncDisposable {
  readonly #process: RunningProcess;
  readonly #link: ProgramLink<CaptureEvent>;
  readonly #kept: PacketEvent[] = [];
  #fences = 0;

  private constructor(running: RunningProcess, link: ProgramLink<CaptureEvent>) {
    this.#process = running;
    this.#link = link;
  }

  /** Resolves when the capture sees packets. `networks`: only packets from or to them, and ARP and ND. `keep`: for `packets`. */
  static async open(
    host: Host,
    interfaces: readonly WatchedInterface[],
    networks: readonly string[],
    keep = false,
  ): Promise<Wire> {
    const running = await host.start(captureProgram, [
      ...interfaces.map(({ name, sentinel }) => `${name}=${sentinel}`),
      '--network',
      ...networks,
    ]);
    const link = new ProgramLink(running, captureEvent, `the capture on ${host.name}`);
    const ready = link.waitFor(
      (event) => (event.event === 'ready' ? true : undefined),
      timeouts.command,
      'sign that it listens',
    );
    await ready.catch(async (error: unknown) => {
      await running.stop();
      const { stderrTail } = await running.exited;
      throw new Error(`${error instanceof Error ? error.message : String(error)}; it said: ${stderrTail || 'nothing'}`);
    });
    const wire = new Wire(running, link);
    if (keep) wire.onPacket((packet) => wire.#kept.push(packet));
    return wire;
  }

  /** Called for each packet; returns the way to unsubscribe. */
  onPacket(listener: (packet: PacketEvent) => void): () => void {
    return this.#link.onEvent((event) => {
      if (event.event === 'packets') for (const packet of event.packets) listener(packet);
    });
  }

  /** When it resolves, every packet that was on the wire before the call has been told. Gives the packets lost since the start. */
  async fence(): Promise<number> {
    const id = String((this.#fences += 1));
    const passed = this.#link.waitFor(
      (event) => (event.event === 'fence' && event.id === id ? event.dropped : undefined),
      timeouts.command,
      'end of what it captured',
    );
    this.#link.send({ op: 'fence', id });
    return passed;
  }

  /** Everything since it was opened. */
  async packets(): Promise<{ packets: readonly PacketEvent[]; dropped: number }> {
    const dropped = await this.fence();
    return { packets: [...this.#kept], dropped };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#process.stop();
  }
}
