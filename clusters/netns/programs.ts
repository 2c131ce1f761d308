import { start } from '../../agent/linux/exec.ts';
import type { RunningProcess } from '../cluster.ts';
import { netnsPath } from './paths.ts';

const programMain = new URL('../program-main.ts', import.meta.url).pathname;

/** Runs a program of the harness as a process of its own in a host's namespace. */
export function startProgram(
  namespace: string,
  module: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  onStderr: (line: string) => void,
): RunningProcess {
  const child = start([process.execPath, programMain, module, ...args], { netns: netnsPath(namespace), env, onStderr });
  return {
    lines: child.lines,
    writeLine: (line) => child.writeLine(line),
    stop: () => child.stop(),
    exited: child.exited,
    [Symbol.asyncDispose]: () => child.stop(),
  };
}
