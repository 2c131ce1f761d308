import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import type { User } from '@kubernetes/client-node';
import { newClusters, newContexts, newUsers } from '@kubernetes/client-node/dist/config_types.js';

/** TLS material and headers of one request. */
export interface Credentials {
  readonly ca?: string | Buffer;
  readonly cert?: string | Buffer;
  readonly key?: string | Buffer;
  readonly servername?: string;
  readonly rejectUnauthorized?: boolean;
  readonly headers: Readonly<Record<string, string>>;
}

/** Where an API server is and how to be admitted there. */
export interface Connection {
  /** e.g. https://172.16.18.120:6443, without a trailing slash. */
  readonly server: string;
  /** Read again for each new connection, so that rotated tokens are picked up. */
  credentials(): Promise<Credentials>;
}

const serviceAccountDir = '/var/run/secrets/kubernetes.io/serviceaccount';

/**
 * Connection from a kubeconfig: the given path, else $KUBECONFIG, else the service account of the pod, else ~/.kube/config.
 * Client certificates, tokens and basic auth are read here; exec plugins and auth providers go through client-node's
 * KubeConfig, which is loaded only then (importing it costs half a second and 80 MB).
 */
export async function loadConnection(options: { kubeconfig?: string; context?: string } = {}): Promise<Connection> {
  const fromEnvironment = process.env['KUBECONFIG']?.split(':').find((path) => path !== '');
  const named = options.kubeconfig ?? fromEnvironment;
  if (
    named === undefined &&
    process.env['KUBERNETES_SERVICE_HOST'] !== undefined &&
    existsSync(join(serviceAccountDir, 'token'))
  ) {
    return inCluster(process.env['KUBERNETES_SERVICE_HOST'], process.env['KUBERNETES_SERVICE_PORT'] ?? '443');
  }
  return fromKubeconfig(named ?? join(homedir(), '.kube', 'config'), options.context);
}

function inCluster(host: string, port: string): Connection {
  const authority = host.includes(':') ? `[${host}]` : host;
  return {
    server: `https://${authority}:${port}`,
    // The kubelet rotates the token file about once an hour.
    credentials: () =>
      Promise.resolve({
        ca: readFileSync(join(serviceAccountDir, 'ca.crt')),
        headers: { authorization: `Bearer ${readFileSync(join(serviceAccountDir, 'token'), 'utf8').trim()}` },
      }),
  };
}

async function fromKubeconfig(path: string, contextName?: string): Promise<Connection> {
  const file = await parseKubeconfig(path);
  const name = contextName ?? file['current-context'];
  const context = newContexts(file.contexts).find((entry) => entry.name === name);
  const cluster = newClusters(file.clusters).find((entry) => entry.name === context?.cluster);
  const user = newUsers(file.users).find((entry) => entry.name === context?.user);
  if (!context || !cluster) {
    throw new Error(
      `kubeconfig ${path}: context ${JSON.stringify(name ?? '')} or its cluster is not defined; see 'kubectl config get-contexts'`,
    );
  }
  const base = dirname(resolve(path));
  const ca = pem(cluster.caData, cluster.caFile, base);
  const shared = {
    ...(ca === undefined ? {} : { ca }),
    ...(cluster.tlsServerName === undefined ? {} : { servername: cluster.tlsServerName }),
    ...(cluster.skipTLSVerify ? { rejectUnauthorized: false } : {}),
  };
  if (user?.exec || user?.authProvider)
    return { server: cluster.server, credentials: await pluginCredentials(path, context.name, shared) };
  const cert = pem(user?.certData, user?.certFile, base);
  const key = pem(user?.keyData, user?.keyFile, base);
  const headers = authorization(user);
  const credentials = { ...shared, ...(cert && key ? { cert, key } : {}), headers };
  return { server: cluster.server, credentials: () => Promise.resolve(credentials) };
}

function authorization(user: User | undefined): Record<string, string> {
  if (user?.token) return { authorization: `Bearer ${user.token}` };
  if (user?.username) {
    return { authorization: `Basic ${Buffer.from(`${user.username}:${user.password ?? ''}`).toString('base64')}` };
  }
  return {};
}

function pem(data: string | undefined, file: string | undefined, base: string): Buffer | undefined {
  if (data) return Buffer.from(data, 'base64');
  return file ? readFileSync(resolve(base, file)) : undefined;
}

async function pluginCredentials(
  path: string,
  context: string,
  shared: Omit<Credentials, 'headers'>,
): Promise<() => Promise<Credentials>> {
  const { KubeConfig } = await import('@kubernetes/client-node/dist/config.js');
  const config = new KubeConfig();
  config.loadFromFile(path);
  config.setCurrentContext(context);
  return async () => {
    const options: { headers?: Record<string, string>; cert?: string; key?: string } = {};
    await config.applyToHTTPSOptions(options);
    return {
      ...shared,
      ...(options.cert && options.key ? { cert: options.cert, key: options.key } : {}),
      headers: { ...options.headers },
    };
  };
}

interface KubeconfigFile {
  readonly 'current-context'?: string;
  readonly contexts?: unknown;
  readonly clusters?: unknown;
  readonly users?: unknown;
}

async function parseKubeconfig(path: string): Promise<KubeconfigFile> {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (cause) {
    throw new Error(`cannot read the kubeconfig ${path}; set KUBECONFIG or give its path`, { cause });
  }
  // A kubeconfig in JSON is common for programs and spares them the YAML parser.
  const value: unknown = text.trimStart().startsWith('{') ? JSON.parse(text) : (await import('yaml')).parse(text);
  if (typeof value !== 'object' || value === null) throw new Error(`kubeconfig ${path} is empty or not a mapping`);
  return value;
}
