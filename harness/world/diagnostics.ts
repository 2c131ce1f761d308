import { KubeClient } from '../../agent/kube/client.ts';
import { loadConnection } from '../../agent/kube/config.ts';
import { failed, passed, type CheckResult } from '../check/violations.ts';
import { nowUs } from '../traffic/protocol.ts';
import type { CaseLog } from './case-log.ts';
import { millisSince } from './probing.ts';
import type { Testbed } from './testbed.ts';

/** Whoever looks for a fault does not wait longer. */
const collectMs = 30_000;
/** Nobody listens there. */
const nowhere = 'https://127.0.0.1:1';

interface Bundle {
  readonly files: Readonly<Record<string, string>>;
  readonly tookMs: number;
}

/** What has to be told: in some file, whose name has `file` in it, with all the words. */
interface Wanted {
  readonly of: string;
  readonly file: string;
  readonly words: readonly string[];
}

/** What the adapter collects for somebody who looks for a fault. */
export class Diagnostics {
  readonly #testbed: Testbed;
  readonly #log: CaseLog;

  constructor(testbed: Testbed, log: CaseLog) {
    this.#testbed = testbed;
    this.#log = log;
  }

  /** `away`: for the adapter the API server is not to be reached. */
  async collect({ api = 'there' }: { readonly api?: 'there' | 'away' } = {}): Promise<Bundle> {
    const { adapter, context, cluster } = this.#testbed;
    this.#log.step(`diagnostics of ${adapter.name}, the API server is ${api}`);
    const connection = await loadConnection({ kubeconfig: cluster.kubeconfig });
    const away = new KubeClient({ ...connection, server: nowhere });
    try {
      const startUs = nowUs();
      const files = await adapter.diagnostics(api === 'away' ? { ...context, kube: away } : context);
      return { files, tookMs: millisSince(startUs, nowUs()) };
    } finally {
      away.close();
    }
  }

  /** Check: all of it is told, and was collected in time. */
  tell({ files, tookMs }: Bundle, wanted: readonly Wanted[]): CheckResult {
    const name = `diagnostics tell of ${wanted.map((one) => one.of).join(', ')}`;
    const has = ({ file, words }: Wanted): boolean =>
      Object.entries(files).some(([path, text]) => path.includes(file) && words.every((word) => text.includes(word)));
    const missing = wanted.filter((one) => !has(one)).map((one) => `nothing of ${one.of}`);
    if (tookMs > collectMs) missing.push(`they took ${tookMs} ms, more than ${collectMs}`);
    const message = `${Object.keys(files).length} files in ${tookMs} ms`;
    return this.#log.conclude(
      missing.length === 0
        ? passed(name, message, { collectedMs: tookMs })
        : failed(name, `${missing.join('; ')} (${message}: ${Object.keys(files).join(', ')})`, []),
    );
  }
}
