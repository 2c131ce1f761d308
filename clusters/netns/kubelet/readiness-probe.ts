import { get } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import type { Sockets } from '../../../agent/linux/sockets.ts';
import type { ReadinessProbe } from './objects.ts';

/** Until its first success a container is asked this often, so that nobody waits a whole period for what is ready. */
const STARTING_PERIOD_MS = 50;

export interface ProbeTarget {
  readonly probe: ReadinessProbe;
  readonly podIP: string;
  /** Sockets of the pod's network. */
  readonly sockets: Sockets;
  readonly signal: AbortSignal;
}

/** Asks a container over and over whether it is ready, and tells when the answer has changed. It begins as not ready. */
export async function watchReadiness(target: ProbeTarget, onChange: (ready: boolean) => void): Promise<void> {
  const { periodSeconds = 10, failureThreshold = 3 } = target.probe;
  const { signal } = target;
  let ready = false;
  let failures = 0;
  while (!signal.aborted) {
    const answered = await answers(target);
    if (signal.aborted) return;
    failures = answered ? 0 : failures + 1;
    const next: boolean = answered || (ready && failures < failureThreshold);
    if (next !== ready) onChange(next);
    ready = next;
    await delay(ready ? periodSeconds * 1000 : STARTING_PERIOD_MS, undefined, { signal }).catch(() => undefined);
  }
}

/** As Kubernetes has it: any status from 200 to 399 is a yes. */
async function answers({ probe, podIP, sockets, signal }: ProbeTarget): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const { host = podIP, port, path = '/' } = probe.httpGet;
  const limit = AbortSignal.any([signal, AbortSignal.timeout((probe.timeoutSeconds ?? 1) * 1000)]);
  const createConnection = (): ReturnType<Sockets['connectTcp']> => sockets.connectTcp({ host, port });
  // An agent would make its own connections, in the namespace of this process.
  const request = get({ host, port, path, createConnection, signal: limit }, (response) => {
    response.resume();
    resolve((response.statusCode ?? 0) >= 200 && (response.statusCode ?? 0) < 400);
  });
  request.once('error', () => resolve(false));
  return promise;
}
