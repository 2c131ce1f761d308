import { start } from '../linux/exec.ts';
import type { Child } from '../linux/exec.ts';
import { netnsOf, outsideAddress, selectedPort } from './testbed.fixture.ts';

/** A new connection a millisecond from the namespace to the outside, until it is stopped. */
export async function startFlood(netns: string, family: 4 | 6): Promise<Child> {
  const program = `const d = require('node:dgram'); console.error('sending'); setInterval(() => { const s = d.createSocket('udp${family}'); s.send('flood', ${selectedPort}, '${outsideAddress[family]}', () => s.close()); }, 1);`;
  const { promise, resolve } = Promise.withResolvers<void>();
  const child = start([process.execPath, '-e', program], { netns: netnsOf(netns), onStderr: () => resolve() });
  await promise;
  return child;
}
