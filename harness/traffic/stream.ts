import { createInterface } from 'node:readline';
import type { Sockets } from '../../agent/linux/sockets.ts';
import { endpoint } from './endpoint.ts';
import { ClosedEarlyError, outcomeOf, messageOf } from './outcome.ts';
import { nowUs, type Peer, type ProbeEvent, type StreamCommand } from './protocol.ts';
import { openLoop, type Planned } from './schedule.ts';

/** Keeps one connection and asks over it again and again, on the absolute schedule of the command. */
export async function runStream(
  sockets: Sockets,
  command: StreamCommand,
  emit: (event: ProbeEvent) => void,
  signal: AbortSignal,
): Promise<number> {
  const socket = sockets.connectTcp({ host: command.host, port: command.port });
  const waiting = new Map<string, (result: Peer | Error) => void>();
  let failure: Error | undefined;
  const failAll = (error: Error): void => {
    failure ??= error;
    for (const settle of waiting.values()) settle(failure);
    waiting.clear();
  };
  socket.on('error', failAll);
  socket.on('close', () => failAll(new ClosedEarlyError(endpoint(command))));
  createInterface({ input: socket })
    .on('line', (line) => {
      const { token, address, port } = JSON.parse(line) as { token: string; address: string; port: number };
      waiting.get(token)?.({ address, port });
      waiting.delete(token);
    })
    .on('error', () => undefined);

  const ask = async (planned: Planned): Promise<void> => {
    const token = `${command.tokenPrefix}.${planned.seq}`;
    const result = await new Promise<Peer | Error>((resolve) => {
      if (failure !== undefined) return resolve(failure);
      const timeout = new DOMException('no answer in time', 'TimeoutError');
      const timer = setTimeout(() => waiting.delete(token) && resolve(timeout), command.timeoutMs);
      waiting.set(token, (answer) => {
        clearTimeout(timer);
        resolve(answer);
      });
      socket.write(`${token}\n`);
    });
    const { seq, plannedUs, startedUs } = planned;
    const times = { plannedUs, startedUs, doneUs: nowUs() };
    const base = { event: 'probe', id: command.id, seq, token, kind: 'stream', ...times } as const;
    if (planned.late) emit({ ...base, outcome: 'probeError', error: 'sent late' });
    else if (result instanceof Error) emit({ ...base, outcome: outcomeOf(result), error: messageOf(result) });
    else emit({ ...base, outcome: 'ok', seen: result });
  };
  try {
    return await openLoop(command, ask, signal);
  } finally {
    socket.destroy();
  }
}
