import { once } from 'node:events';
import type { AddressInfo, Server } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { nativeSockets } from '../../agent/linux/native-sockets.ts';
import type { RunSession } from '../program.ts';
import { serveProgramsOn } from './program-server.ts';
import { interfaceOf, remoteHost } from './remote-host.ts';

let server: Server;
let control = '';
const ended: string[] = [];

/** Says its arguments, gives back each line, and tells when it was ended. */
const parrot: RunSession = async ({ args, env, input, writeLine, writeError, signal }) => {
  writeLine(`${args.join(' ')} ${env['WORD'] ?? ''}`.trim());
  for await (const line of input) {
    if (line === 'fail') {
      writeError('failed as asked');
      return 3;
    }
    writeLine(line);
  }
  if (!signal.aborted) await once(signal, 'abort');
  ended.push('parrot');
  return 0;
};

beforeAll(async () => {
  server = await serveProgramsOn({
    sockets: nativeSockets(),
    host: '127.0.0.1',
    port: 0,
    token: 'right',
    programs: { parrot: () => Promise.resolve(parrot) },
    log: () => undefined,
  });
  control = `127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => server.close());

const options = (token = 'right', address = '127.0.0.1') => ({ name: 'witness', address, control, token });

test('a program on the other host: arguments, environment, lines both ways, and its end', async () => {
  const running = await remoteHost(options()).start('parrot', ['one', 'two'], { env: { WORD: 'three' } });
  const heard: string[] = [];
  running.writeLine('hello');
  for await (const line of running.lines) {
    heard.push(line);
    if (line === 'hello') running.writeLine('fail');
  }
  expect(heard).toEqual(['one two three', 'hello']);
  expect(await running.exited).toEqual({ exitCode: 3, stderrTail: 'failed as asked' });
});

test('a session ends with its connection', async () => {
  const running = await remoteHost(options()).start('parrot', []);
  await running.stop();
  await expect.poll(() => ended).toEqual(['parrot']);
});

test.each<[string, () => ReturnType<typeof options>, string, RegExp]>([
  ['a wrong token', () => options('wrong'), 'parrot', /the token is wrong/],
  ['an unknown program', () => options(), 'owl', /there is no program "owl"; programs: parrot/],
  [
    'nobody there',
    () => ({ ...options(), control: '127.0.0.1:1' }),
    'parrot',
    /ECONNREFUSED.*does "egressproof host" run there/,
  ],
])('%s is told', async (_what, given, program, message) => {
  await expect(remoteHost(given()).start(program, [])).rejects.toThrow(message);
});

test('the interface that carries an address, or none', async () => {
  expect(await interfaceOf(options(), 'parrot')).toBe('lo');
  await expect(interfaceOf(options('right', '192.0.2.1'), 'parrot')).rejects.toThrow(
    /no interface carries 192\.0\.2\.1/,
  );
});
