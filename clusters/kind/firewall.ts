import type { NftObject } from '../../agent/linux/nft.ts';
import type { Firewall, FirewallLogEntry, RunningProcess } from '../cluster.ts';
import { firewallOn } from '../firewall/firewall.ts';
import { execIn } from './docker.ts';

/** The program that reads the firewall's log, see clusters/firewall/log-program.ts. */
export const firewallLogProgram = 'egressproof-firewall-log';

const LOG_LIMIT_MS = 10_000;

/** The firewall of the router's container. Its log is read from the first rules on. */
export function openFirewall(
  container: string,
  interfaces: { readonly lan: string; readonly wan: string },
  start: () => Promise<RunningProcess>,
): Firewall & AsyncDisposable {
  let reader: Promise<LogReader> | undefined;
  const reading = (): Promise<LogReader> => (reader ??= start().then((running) => LogReader.over(running)));
  const firewall = firewallOn({
    interfaces,
    apply: async (ruleset) => {
      await reading();
      await execIn(container, ['nft', '-f', '-'], { input: ruleset });
    },
    json: async (args) => {
      const { stdout } = await execIn(container, ['nft', '-j', ...args]);
      return (JSON.parse(stdout) as { nftables: NftObject[] }).nftables;
    },
    logged: async () => (await reading()).entries(),
  });
  return { ...firewall, [Symbol.asyncDispose]: async () => (await reader)?.stop() };
}

class LogReader {
  readonly #process: RunningProcess;
  readonly #entries: FirewallLogEntry[] = [];
  readonly #waiting = new Map<string, () => void>();
  #fences = 0;

  private constructor(running: RunningProcess) {
    this.#process = running;
    void this.#read();
  }

  static async over(running: RunningProcess): Promise<LogReader> {
    const reader = new LogReader(running);
    await reader.#when('ready', 'start');
    return reader;
  }

  /** Everything that was logged before the call. */
  async entries(): Promise<readonly FirewallLogEntry[]> {
    const fence = `fence ${(this.#fences += 1)}`;
    const passed = this.#when(fence, 'answer');
    this.#process.writeLine(fence);
    await passed;
    return [...this.#entries];
  }

  stop(): Promise<void> {
    return this.#process.stop();
  }

  async #when(word: string, what: string): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#waiting.set(word, resolve);
    const timer = setTimeout(
      () => reject(new Error(`the reader of the firewall's log did not ${what} within ${LOG_LIMIT_MS} ms`)),
      LOG_LIMIT_MS,
    );
    void this.#process.exited.then(({ stderrTail }) =>
      reject(new Error(`the reader of the firewall's log has ended: ${stderrTail}`)),
    );
    await promise.finally(() => clearTimeout(timer));
  }

  async #read(): Promise<void> {
    for await (const line of this.#process.lines) {
      const value = JSON.parse(line) as FirewallLogEntry | string;
      if (typeof value !== 'string') this.#entries.push(value);
      else this.#waiting.get(value)?.();
    }
  }
}
