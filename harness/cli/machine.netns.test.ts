import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from 'vitest';
import { run, start } from '../../agent/linux/exec.ts';

/** Machines that lack something, made in namespaces of their own, and the terminal's Ctrl-C. */
const program = fileURLToPath(new URL('./egressproof.js', import.meta.url));
const cwd = mkdtempSync(join(tmpdir(), 'egressproof-machine-'));
const state = join(cwd, 'state');
afterAll(() => rmSync(cwd, { recursive: true, force: true }));

test.each([
  [
    'a full disk',
    `mkdir -p ${state}; mount -t tmpfs -o size=3m tmpfs ${state}`,
    ['up', '--state-dir', state],
    /state folder +3 MiB free in \S+, and a cluster needs \d+\n +make room, or use another place: --state-dir/,
  ],
  [
    'no user namespaces',
    'echo 0 > /proc/sys/user/max_user_namespaces',
    ['demo'],
    /user namespaces [^]*run: sudo sysctl -w user\.max_user_namespaces=10000/,
  ],
  [
    'no nft',
    'for f in $(type -P nft /usr/sbin/nft /sbin/nft | sort -u); do mount --bind /dev/null $f; done',
    ['doctor'],
    /nft +not found\n +(run: sudo|install nftables)/,
  ],
])('%s: said, with what to do', async (_what, setUp, argv, message) => {
  const script = `${setUp} && exec "$@"`;
  const command = ['unshare', '--user', '--map-root-user', '--mount', 'bash', '-c', script, 'bash'];
  const result = await run([...command, process.execPath, program, ...argv], { cwd, allowFailure: true });
  expect(result.stdout + result.stderr).toMatch(message);
  expect(result.exitCode).toBe(3);
});

test.each([
  ['up', /^network/],
  ['up', /^nodes/],
  ['demo', /^installing/],
  ['demo', /^ +egressIP:/],
])('Ctrl-C in %s after a line like %s leaves nothing', async (command, line) => {
  const seen = Promise.withResolvers<void>();
  const look = (text: string): void => {
    if (line.test(text)) seen.resolve();
  };
  const child = start([process.execPath, program, command, '--state-dir', state], { cwd, onStderr: look });
  void (async () => {
    for await (const text of child.lines) look(text);
    seen.reject(new Error(`${command} ended without a line like ${line.source}`));
  })();
  await seen.promise;
  child.signal('SIGINT');
  expect((await child.exited).exitCode).toBe(130);
  expect(existsSync(join(state, 'clusters')) ? readdirSync(join(state, 'clusters')) : []).toEqual([]);
  const { stdout } = await run(['ps', '-eo', 'args']);
  expect(stdout.split('\n').filter((args) => args.includes(state))).toEqual([]);
});
