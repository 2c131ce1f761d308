import { start } from '../linux/exec.ts';
import { netnsOf, outsideAddress } from './testbed.fixture.ts';

/** What has become of an open connection: it echoes, it was reset or closed, or nothing comes back. */
export type Fate = 'goes on' | 'is reset' | 'stands still';

export interface HeldConnection {
  /** The source address that the server saw. */
  readonly source: string;
  /** Sends, and waits so long for what comes of it. */
  fate(withinMs: number): Promise<Fate>;
  stop(): Promise<void>;
}

/** Opens a TCP connection from the namespace to the echo server outside. */
export async function holdConnection(netns: string, family: 4 | 6): Promise<HeldConnection> {
  const program = `
    const s = require('node:net').connect(8080, '${outsideAddress[family]}');
    s.on('data', (data) => console.log('data ' + String(data).trim()));
    s.on('error', (error) => console.log('ended ' + error.code));
    s.on('close', () => console.log('ended'));
    process.stdin.on('data', (data) => s.write(data));`;
  const child = start([process.execPath, '-e', program], { netns: netnsOf(netns) });
  const first = Promise.withResolvers<string>();
  let hear: (fate: Fate) => void = () => undefined;
  let isOver = false;
  void (async () => {
    for await (const line of child.lines) {
      first.resolve(line.replace('data ', ''));
      isOver ||= line.startsWith('ended');
      hear(isOver ? 'is reset' : 'goes on');
    }
  })();
  return {
    source: await first.promise,
    fate: (withinMs) =>
      new Promise((resolve) => {
        if (isOver) resolve('is reset');
        hear = resolve;
        setTimeout(() => resolve('stands still'), withinMs).unref();
        child.writeLine('still there?');
      }),
    stop: () => child.stop(),
  };
}
