import { setTimeout as delay } from 'node:timers/promises';
import { BUNDLE_MS, readNflog } from '../../agent/linux/nflog.ts';
import type { RunSession } from '../program.ts';
import { logEntry } from './firewall.ts';
import { LOG_GROUP } from './plan.ts';

/**
 * Tells what the firewall of the namespace that it runs in has logged: `ready`, then an entry a line. Each line of input
 * comes back as it is when everything logged before has been told. The kernel holds a packet back for up to BUNDLE_MS.
 */
export const runSession: RunSession = async (session) => {
  const write = (value: object | string): void => session.writeLine(JSON.stringify(value));
  const reading = readNflog(
    LOG_GROUP,
    (logged) => {
      const entry = logEntry(logged);
      if (entry !== null) write(entry);
    },
    {
      signal: session.signal,
      onOverrun: () => session.writeError('the kernel could not keep all of the firewall’s log'),
    },
  );
  write('ready');
  for await (const line of session.input) {
    await delay(2 * BUNDLE_MS);
    write(line);
  }
  await reading;
  return 0;
};
