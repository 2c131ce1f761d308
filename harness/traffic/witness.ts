import type { ProgramSession } from '../../clusters/program.ts';
import { serveEcho, type Request } from './echo-server.ts';
import { onBothFamilies } from './families.ts';
import { answerEchoes } from './icmp-echo.ts';
import { answerAssociations } from './sctp-association.ts';
import { sessionLines } from './session-lines.ts';
import { serveSink, type Arrival } from './sink.ts';
import { messageOf } from './outcome.ts';
import { nowUs, witnessCommand, type WitnessEvent } from './protocol.ts';

/** The server outside: says to each client, and to the harness at once, where the request came from. */
export async function runSession(session: ProgramSession): Promise<number> {
  const emit = (event: WitnessEvent): void => session.writeLine(JSON.stringify(event));
  const open = new Map<number, AsyncDisposable>();
  const onRequest = ({ protocol, token, address, sourcePort, port }: Request): void =>
    emit({ event: 'seen', token, address, sourcePort, port, protocol, atUs: nowUs(), time: new Date().toISOString() });
  const onArrival = (port: number) => (arrival: Arrival) => emit({ event: 'sunk', port, ...arrival, atUs: nowUs() });
  const isOpen = (port: number): boolean => open.has(port);
  const associations = await onBothFamilies((family) =>
    answerAssociations(session.sockets, family, isOpen, (request) => onRequest({ protocol: 'sctp', ...request })),
  );
  const echoes = await onBothFamilies((family) =>
    answerEchoes(session.sockets, family, isOpen, (request) => onRequest({ protocol: 'icmp', ...request })),
  );
  try {
    for await (const line of sessionLines(session)) {
      const command = witnessCommand.parse(JSON.parse(line));
      try {
        for (const port of command.ports) {
          if (command.op === 'open') open.set(port, await serveEcho(session.sockets, port, onRequest));
          else if (command.op === 'sink') open.set(port, await serveSink(session.sockets, port, onArrival(port)));
          else {
            await open.get(port)?.[Symbol.asyncDispose]();
            open.delete(port);
          }
        }
        emit({ event: 'ready', id: command.id });
      } catch (error) {
        emit({ event: 'failed', id: command.id, message: messageOf(error) });
      }
    }
  } finally {
    for (const one of [...echoes, ...associations]) one[Symbol.dispose]();
    await Promise.all([...open.values()].map((server) => server[Symbol.asyncDispose]()));
  }
  return 0;
}
