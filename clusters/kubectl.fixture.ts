import { run } from '../agent/linux/exec.ts';

export const kubectlIsThere = (await run(['sh', '-c', 'command -v kubectl'], { allowFailure: true })).exitCode === 0;

/** Standard output, then standard error. Words of the command are divided at blanks. */
export async function runKubectl(
  kubeconfig: string,
  command: string,
  { input, env = {} }: { readonly input?: string | undefined; readonly env?: Readonly<Record<string, string>> } = {},
): Promise<string> {
  const { stdout, stderr } = await run(['kubectl', ...command.split(' ')], {
    env: { KUBECONFIG: kubeconfig, ...env },
    allowFailure: true,
    ...(input === undefined ? {} : { input }),
  });
  return stdout + stderr;
}
