import type { Sockets } from '../../agent/linux/sockets.ts';
import { answerToken, peerOf } from './answer.ts';
import { channels } from './channels.ts';
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
  const waiting = new Map<string, (result: Peer | Error) => void>();
  let failure: Error | undefined;
  const failAll = (error: Error): void => {
    failure ??= error;
    for (const settle of waiting.values()) settle(failure);
    waiting.clear();
  };
  const channel = await channels[command.kind](sockets, command, {
    onAnswer: (text) => {
      const token = answerToken(text);
      waiting.get(token)?.(peerOf(text, token));
      waiting.delete(token);
    },
    onError: failAll,
    onClose: () => failAll(new ClosedEarlyError(endpoint(command))),
  });

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
      channel.send(token);
    });
    const { seq, plannedUs, startedUs } = planned;
    const times = { plannedUs, startedUs, doneUs: nowUs() };
    const base = { event: 'probe', id: command.id, seq, token, kind: command.kind, ...times } as const;
    if (planned.late) emit({ ...base, outcome: 'probeError', error: 'sent late' });
    else if (result instanceof Error) emit({ ...base, outcome: outcomeOf(result), error: messageOf(result) });
    else emit({ ...base, outcome: 'ok', seen: result });
  };
  try {
    return await openLoop(command, ask, signal);
  } finally {
    channel.close();
  }
}
