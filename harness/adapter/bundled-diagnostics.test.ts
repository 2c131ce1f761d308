import { expect, test } from 'vitest';
import type { Kube } from '../../agent/kube/types.ts';
import type { Cluster, ClusterNode } from '../../clusters/cluster.ts';
import { bundledDiagnostics } from './bundled-diagnostics.ts';

const node = (name: string, isThere: boolean): ClusterNode =>
  ({
    name,
    run: ([program = '', ...args]: readonly string[]) =>
      isThere
        ? Promise.resolve({
            exitCode: 0,
            stdout: `${[program, ...args].join(' ').slice(0, 12)} of ${name}`,
            stderr: '',
          })
        : Promise.reject(new Error(`${name} is switched off`)),
  }) as unknown as ClusterNode;

const cluster = {
  capabilities: { nodeHosts: { has: true } },
  nodes: [node('one', true), node('two', false)],
} as unknown as Cluster;

const there = {
  list: ({ plural }: { plural: string }) =>
    Promise.resolve({ items: plural === 'pods' ? [{ metadata: { name: 'agent-x' }, spec: { nodeName: 'one' } }] : [] }),
  log: () => Promise.resolve('ready'),
} as unknown as Kube;

const away = { list: () => Promise.reject(new Error('refused')) } as unknown as Kube;

test.each([
  { api: 'there', kube: there, file: 'one/log-agent-x.txt', text: 'ready' },
  { api: 'there', kube: there, file: 'egresses.yaml', text: '[]' },
  { api: 'away', kube: away, file: 'egresses.yaml', text: 'not available: Error: refused' },
  { api: 'away', kube: away, file: 'one/log.txt', text: 'sh -c tail -' },
  { api: 'away', kube: away, file: 'one/nft.txt', text: 'nft list rul' },
  { api: 'away', kube: away, file: 'two/nft.txt', text: 'not available: Error: two is switched off' },
  { api: 'away', kube: away, file: 'two/log.txt', text: 'not available: Error: two is switched off' },
])('with the API server $api, $file has "$text"', async ({ kube, file, text }) => {
  expect((await bundledDiagnostics({ cluster, kube }))[file]).toContain(text);
});
