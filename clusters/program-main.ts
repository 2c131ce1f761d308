/** A process that is one session of a program, with the sockets of the namespace it runs in. */
import { createInterface } from 'node:readline';
import { nativeSockets } from '../agent/linux/native-sockets.ts';
import type { RunSession } from './program.ts';
import { endsWithInput, moduleUrl } from './program-module.ts';

const [module = '', ...args] = process.argv.slice(2);
const { runSession } = (await import(moduleUrl(module))) as { runSession: RunSession };
const controller = new AbortController();
process.once('SIGTERM', () => {
  controller.abort();
  process.stdin.destroy();
});
// Where no signal reaches the program, the end of its input tells that whoever started it has gone.
if (process.env[endsWithInput] !== undefined) process.stdin.once('end', () => controller.abort());
process.stdout.on('error', () => controller.abort());

process.exitCode = await runSession({
  args,
  env: Object.fromEntries(
    Object.entries(process.env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  ),
  input: createInterface({ input: process.stdin }),
  writeLine: (line) => void process.stdout.write(`${line}\n`),
  writeError: (line) => void process.stderr.write(`${line}\n`),
  sockets: nativeSockets(),
  signal: controller.signal,
});
process.exit();
