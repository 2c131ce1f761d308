/** One process for all program sessions of a node's pods: a pod that only dials costs a namespace and no process. */
import { createInterface } from 'node:readline';
import { PassThrough } from 'node:stream';
import { netnsSockets } from '../../../agent/linux/netns-sockets.ts';
import type { RunSession } from '../../program.ts';
import { moduleUrl } from '../../program-module.ts';
import type { HostCommand, HostEvent } from './program-host-protocol.ts';

interface Session {
  readonly input: PassThrough;
  readonly controller: AbortController;
}

const sessions = new Map<number, Session>();
const send = (event: HostEvent): void => void process.stdout.write(`${JSON.stringify(event)}\n`);

async function open(command: Extract<HostCommand, { open: number }>): Promise<void> {
  const session = command.open;
  const input = new PassThrough();
  const controller = new AbortController();
  sessions.set(session, { input, controller });
  let exit = 1;
  try {
    const { runSession } = (await import(moduleUrl(command.module))) as { runSession: RunSession };
    exit = await runSession({
      args: command.args,
      env: command.env,
      input: createInterface({ input }),
      writeLine: (line) => send({ session, line }),
      writeError: (error) => send({ session, error }),
      sockets: netnsSockets(command.netns),
      signal: controller.signal,
    });
  } catch (error) {
    send({ session, error: error instanceof Error ? (error.stack ?? error.message) : String(error) });
  }
  end(session, exit);
}

function end(session: number, exit: number): void {
  if (sessions.delete(session)) send({ session, exit });
}

createInterface({ input: process.stdin })
  .on('line', (text) => {
    const command = JSON.parse(text) as HostCommand;
    if ('open' in command) void open(command);
    else if ('line' in command) sessions.get(command.session)?.input.write(`${command.line}\n`);
    else if ('end' in command) sessions.get(command.end)?.input.end();
    else if ('close' in command) sessions.get(command.close)?.controller.abort();
    else {
      // What does not listen to its end is not waited for.
      sessions.get(command.kill)?.controller.abort();
      end(command.kill, 137);
    }
  })
  .on('close', () => process.exit());
