import { run } from './exec.ts';

export interface IpOptions {
  readonly netns?: string;
  /** For commands whose words do not tell the IP version, e.g. `rule add`; default 4. */
  readonly family?: 4 | 6;
  /** Goes on after a line that fails, e.g. when removing what may be gone; the failures are not reported. */
  readonly force?: boolean;
}

/** Runs `ip` lines (without the word `ip`) in one process, in order. */
export async function ipBatch(lines: readonly string[], options: IpOptions = {}): Promise<void> {
  if (lines.length === 0) return;
  const flags = [...(options.family === 6 ? ['-6'] : []), ...(options.force === true ? ['-force'] : [])];
  await run(['ip', ...flags, '-batch', '-'], {
    input: `${lines.join('\n')}\n`,
    allowFailure: options.force === true,
    ...(options.netns === undefined ? {} : { netns: options.netns }),
  });
}

/** `ip -j ARGS`, parsed; an empty answer is an empty list. */
export async function ipJson<T>(args: readonly string[], options: Pick<IpOptions, 'netns'> = {}): Promise<T[]> {
  const { stdout } = await run(['ip', '-j', ...args], options);
  return stdout.trim() === '' ? [] : (JSON.parse(stdout) as T[]);
}
