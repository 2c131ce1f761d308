import type { AdapterContext } from '../adapter/adapter.ts';
import type { DefectName } from './names.ts';

/** Breaks something next to the programs under test, which stay as they are; disposing ends it. */
type OutsideDefect = (context: AdapterContext) => Promise<AsyncDisposable>;

export const outsideDefects: Readonly<Partial<Record<DefectName, OutsideDefect>>> = {
  // What a CNI does that masquerades whatever leaves the pod subnet, when it comes first.
  'masqueraded-before': ({ cluster }) =>
    nodeTable(
      cluster,
      `chain first {
         type nat hook postrouting priority srcnat - 50
         ip saddr ${cluster.topology.podCIDR} ip daddr != ${cluster.topology.podCIDR} masquerade
       }`,
    ),
  'services-on-link': ({ cluster }) =>
    nodeRoute(cluster, [cluster.topology.serviceCIDR, 'dev', 'eth0', 'scope', 'link']),
};

/** A route on every node. */
async function nodeRoute({ nodes }: AdapterContext['cluster'], route: readonly string[]): Promise<AsyncDisposable> {
  const change = (verb: 'add' | 'del'): Promise<unknown> =>
    Promise.all(nodes.map((node) => node.run(['ip', 'route', verb, ...route])));
  await change('add');
  return { [Symbol.asyncDispose]: () => change('del').then(() => undefined) };
}

/** An nft table of its own on every node. */
async function nodeTable({ nodes }: AdapterContext['cluster'], chains: string): Promise<AsyncDisposable> {
  const table = 'ip seeded_defect';
  const ruleset = (input: string): Promise<unknown> =>
    Promise.all(nodes.map((node) => node.run(['nft', '-f', '-'], { input })));
  await ruleset(`table ${table} {\n${chains}\n}\n`);
  return { [Symbol.asyncDispose]: () => ruleset(`delete table ${table}\n`).then(() => undefined) };
}
