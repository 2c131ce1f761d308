import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { loadConnection } from './config.ts';

let folder = '';
beforeAll(() => (folder = mkdtempSync(join(tmpdir(), 'egressproof-config-'))));
afterAll(() => rmSync(folder, { recursive: true }));

function write(user: object, cluster: object = { server: 'http://10.0.0.1:6443/' }): string {
  const file = join(folder, `config-${Math.random()}`);
  const config = {
    'current-context': 'a',
    contexts: [{ name: 'a', context: { cluster: 'c', user: 'u' } }],
    clusters: [{ name: 'c', cluster }],
    users: [{ name: 'u', user }],
  };
  writeFileSync(file, JSON.stringify(config));
  return file;
}

test.each([
  { name: 'token', user: { token: 'secret' }, want: { authorization: 'Bearer secret' } },
  { name: 'basic', user: { username: 'a', password: 'b' }, want: { authorization: 'Basic YTpi' } },
  { name: 'none', user: {}, want: {} },
])('credentials: $name', async ({ user, want }) => {
  const connection = await loadConnection({ kubeconfig: write(user) });
  expect(connection.server).toBe('http://10.0.0.1:6443');
  expect((await connection.credentials()).headers).toEqual(want);
});

test('an exec plugin is asked through client-node', async () => {
  const credential = {
    apiVersion: 'client.authentication.k8s.io/v1',
    kind: 'ExecCredential',
    status: { token: 'from-plugin' },
  };
  const exec = { apiVersion: 'client.authentication.k8s.io/v1', command: 'echo', args: [JSON.stringify(credential)] };
  const connection = await loadConnection({ kubeconfig: write({ exec }, { server: 'https://10.0.0.1:6443' }) });
  expect((await connection.credentials()).headers).toEqual({ Authorization: 'Bearer from-plugin' });
});

test('what is missing is named', async () => {
  await expect(loadConnection({ kubeconfig: join(folder, 'none') })).rejects.toThrow(
    /cannot read the kubeconfig .*none; set KUBECONFIG/,
  );
  await expect(loadConnection({ kubeconfig: write({}), context: 'b' })).rejects.toThrow(
    /context "b" or its cluster is not defined/,
  );
});

test('YAML is read as well as JSON, and PEM from data and from files beside it', async () => {
  writeFileSync(join(folder, 'ca.crt'), 'the CA');
  const file = join(folder, 'config.yaml');
  const base64 = (text: string): string => Buffer.from(text).toString('base64');
  writeFileSync(
    file,
    `current-context: a
contexts: [{ name: a, context: { cluster: c, user: u } }]
clusters: [{ name: c, cluster: { server: 'https://h', certificate-authority: ca.crt, tls-server-name: api } }]
users: [{ name: u, user: { client-certificate-data: ${base64('cert')}, client-key-data: ${base64('key')} } }]
`,
  );
  const { ca, cert, key, servername } = await (await loadConnection({ kubeconfig: file })).credentials();
  expect([ca, cert, key].map(String)).toEqual(['the CA', 'cert', 'key']);
  expect(servername).toBe('api');
});
