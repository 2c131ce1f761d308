import { mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { run } from './exec.ts';

/** A sandbox without an uplink, in which tests may do to the network what they like; it needs no privileges. */
const sandbox = [
  ...['unshare', '--user', '--map-root-user', '--net', '--mount', '--pid', '--fork', '--kill-child', '--mount-proc'],
];

/** Runs a TypeScript program in a sandbox of its own; it prints what it saw as JSON. */
export async function runInSandbox(program: string, ...args: readonly string[]): Promise<Record<string, unknown>> {
  const { stdout } = await run([...sandbox, process.execPath, fileURLToPath(program), ...args], { timeoutMs: 60_000 });
  return JSON.parse(stdout) as Record<string, unknown>;
}

/** Inside the sandbox: a /run of its own, so that namespaces get names that nobody else sees. */
export async function privateRun(): Promise<void> {
  await run(['mount', '-t', 'tmpfs', 'none', '/run']);
  mkdirSync('/run/netns');
}
