import { fileURLToPath } from 'node:url';
import { start, type Child } from '../../agent/linux/exec.ts';
import type { KeeperLine, Standing } from './keeper-protocol.ts';

const main = fileURLToPath(new URL('./keeper-main.ts', import.meta.url));

/** A process that takes faults back when this one dies, by whatever signal. Started with the first fault. */
export class Keeper implements AsyncDisposable {
  #child: Child | undefined;
  #lines: AsyncIterator<string> | undefined;
  #last = 0;

  /** Resolves when the fault would be taken back; gives what tells that it was. */
  async note(fault: Omit<Standing, 'id'>): Promise<() => void> {
    this.#child ??= start([process.execPath, main]);
    this.#lines ??= this.#child.lines[Symbol.asyncIterator]();
    const id = (this.#last += 1);
    this.#say({ begins: { id, ...fault } });
    const { value } = await this.#lines.next();
    if (value !== String(id))
      throw new Error(`the keeper of faults said ${value}, not that it has noted ${fault.fault}`);
    return () => this.#say({ ended: id });
  }

  #say(line: KeeperLine): void {
    this.#child?.writeLine(JSON.stringify(line));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child?.endInput();
    await this.#child?.exited;
  }
}
