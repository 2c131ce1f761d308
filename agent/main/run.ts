import { jsonLogger } from '../base/log.ts';
import type { Logger } from '../base/log.ts';
import { UsageError, exitInternal, exitUsage } from './flags.ts';
import { serveHealth } from './health.ts';
import { serveMetrics } from './metrics-server.ts';
import type { MetricsEndpoint } from './metrics-server.ts';

/** A program that works until it is stopped. */
export interface Service {
  /** Resolves when the program does its work; then the line `ready` is logged. */
  readonly ready: Promise<void>;
  /** Where it answers probes. */
  readonly healthPort: number;
  readonly metrics: MetricsEndpoint;
  stop(): Promise<void>;
}

/** Starts a service, logs on stderr, stops it at SIGTERM or SIGINT. A wrong command line ends with exit code 64. */
export async function runService(start: (log: Logger) => Promise<Service>): Promise<void> {
  const log = jsonLogger((line) => process.stderr.write(line));
  try {
    const service = await start(log);
    let isReady = false;
    await Promise.all([serveHealth(service.healthPort, () => isReady), serveMetrics(service.metrics)]);
    const stop = (signal: string): void => {
      log.info('stopping', { signal });
      service.stop().then(
        () => process.exit(0),
        (error: Error) => {
          log.error('cannot stop in order', { error: error.message });
          process.exit(exitInternal);
        },
      );
    };
    process.once('SIGTERM', stop);
    process.once('SIGINT', stop);
    await service.ready;
    isReady = true;
    log.info('ready', {
      startMs: Math.round(performance.now()),
      rssMiB: Math.round(process.memoryUsage.rss() / 2 ** 20),
    });
  } catch (error) {
    log.error((error as Error).message);
    process.exitCode = error instanceof UsageError ? exitUsage : exitInternal;
    // Nothing that was started half-way may keep the process.
    process.exit();
  }
}
