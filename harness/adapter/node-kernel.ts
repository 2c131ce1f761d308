import type { Host } from '../../clusters/cluster.ts';

/** What a host's kernel has to say: file name to the command that asks. */
const commands = {
  'nft.txt': ['nft', 'list', 'ruleset'],
  'addresses.txt': ['ip', 'address'],
  'rules.txt': ['ip', 'rule'],
  'routes.txt': ['ip', 'route', 'show', 'table', 'all'],
  'neighbours.txt': ['ip', 'neigh'],
  'conntrack.txt': ['sh', '-c', 'conntrack -L 2>/dev/null || cat /proc/net/nf_conntrack'],
} as const;

/** Each as `HOST/FILE`, to be asked when it is wanted. `timeoutMs`: for each answer. */
export function kernelFiles(host: Host, timeoutMs: number): (readonly [file: string, ask: () => Promise<string>])[] {
  return Object.entries(commands).map(([file, argv]) => [
    `${host.name}/${file}`,
    async () => {
      const { stdout, stderr } = await host.run(argv, { timeoutMs, allowFailure: true });
      return stdout + stderr;
    },
  ]);
}
