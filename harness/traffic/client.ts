import { once } from 'node:events';
import type { ProgramSession } from '../../clusters/program.ts';
import { serveEcho } from './echo-server.ts';
import { sendBulk } from './bulk.ts';
import { sendFlows } from './flows.ts';
import { sendForged } from './forge.ts';
import { sendOddSegments } from './odd-segments.ts';
import { messageOf } from './outcome.ts';
import { learnPathMtu, tracePath } from './path.ts';
import { trafficCommand, type TrafficCommand, type TrafficEvent } from './protocol.ts';
import { sessionLines } from './session-lines.ts';
import { runSeries } from './series.ts';
import { runStream } from './stream.ts';

/**
 * The traffic program of a pod.
 * `commands`: takes commands from its input until that ends. `--on-start JSON` (may repeat): runs that command at once,
 * as the pod's very first action, with its results in the pod's log; then stays until the pod is stopped.
 */
export async function runSession(session: ProgramSession): Promise<number> {
  const ended = new AbortController();
  const signal = AbortSignal.any([session.signal, ended.signal]);
  const running = new Map<string, AbortController>();
  const emit = (event: TrafficEvent): void => session.writeLine(JSON.stringify(event));
  const start = (text: string): void => {
    let command: TrafficCommand;
    try {
      command = trafficCommand.parse(JSON.parse(text));
    } catch (error) {
      session.writeError(`not a command: ${text}: ${messageOf(error)}`);
      return;
    }
    if (command.op === 'stop') {
      running.get(command.id)?.abort();
      return;
    }
    const { id } = command;
    const own = new AbortController();
    running.set(id, own);
    void run(session, command, emit, AbortSignal.any([signal, own.signal]))
      .catch((error: unknown) => emit({ event: 'failed', id, message: messageOf(error) }))
      .finally(() => running.delete(id));
  };

  session.args.forEach((arg, at) => {
    if (arg === '--on-start') start(session.args[at + 1] ?? '');
  });
  try {
    if (session.args.includes('commands')) {
      emit({ event: 'listening', id: 'program' });
      for await (const line of sessionLines(session)) start(line);
    } else if (!session.signal.aborted) {
      await once(session.signal, 'abort');
    }
  } finally {
    ended.abort();
  }
  return 0;
}

async function run(
  session: ProgramSession,
  command: Exclude<TrafficCommand, { op: 'stop' }>,
  emit: (event: TrafficEvent) => void,
  signal: AbortSignal,
): Promise<void> {
  const { sockets } = session;
  const { id } = command;
  switch (command.op) {
    case 'probe':
    case 'query':
    case 'https':
      emit({ event: 'done', id, sent: await runSeries(sockets, command, emit, signal) });
      return;
    case 'stream':
      emit({ event: 'done', id, sent: await runStream(sockets, command, emit, signal) });
      return;
    case 'resolve': {
      const { name, server, family } = command;
      emit({ event: 'resolved', id, addresses: await sockets.resolve(name, { host: server }, family) });
      return;
    }
    case 'mtu':
      emit({ event: 'mtu', id, bytes: await learnPathMtu(sockets, command, command.bytes, command.limitMs) });
      return;
    case 'odd-segments':
      emit({ event: 'done', id, sent: sendOddSegments(sockets, command, command.from, command.count) });
      return;
    case 'trace':
      emit({ event: 'path', id, ...(await tracePath(sockets, command, signal)) });
      return;
    case 'bulk':
      emit({ event: 'done', id, sent: await sendBulk(sockets, command, signal) });
      return;
    case 'flows':
      emit({ event: 'done', id, sent: await sendFlows(sockets, command, signal) });
      return;
    case 'forge':
      emit({ event: 'done', id, sent: sendForged(sockets, command) });
      return;
    case 'serve': {
      await using _server = await serveEcho(sockets, command.port, undefined, command.udpAt);
      emit({ event: 'ready', id, port: command.port });
      if (!signal.aborted) await once(signal, 'abort');
    }
  }
}
