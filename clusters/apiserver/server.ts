import { createServer } from 'node:https';
import type { Server } from 'node:https';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { randomBytes } from 'node:crypto';
import { Authenticator } from './auth.ts';
import type { User } from './auth.ts';
import { bootstrap } from './controllers/bootstrap.ts';
import { startControllers } from './controllers/start.ts';
import { sendError } from './http/respond.ts';
import { kubeconfig } from './kubeconfig.ts';
import { upgrade } from './handlers/upgrade.ts';
import { addressAt } from './resources/allocate.ts';
import { route } from './routes.ts';
import type { RouteContext } from './routes.ts';
import { ApiState } from './state.ts';
import { createAuthority, issue } from '../../agent/base/certificate.ts';

export type Listen = { readonly host: string; readonly port: number } | { readonly fd: number };

export interface ApiServerOptions {
  /** Where to listen; port 0 takes a free one. An fd is an inherited listening TCP socket. */
  readonly listen: readonly Listen[];
  /** host:port under which the cluster's own programs reach it; the first listener's when absent. */
  readonly advertise?: string;
  /** host:port for clients outside the cluster; the first listener's when absent. */
  readonly external?: string;
  /** One a family, the primary one first. */
  readonly serviceCIDRs?: readonly string[];
  readonly clusterDomain?: string;
  /** Unix socket of the kubelets (see kubelet-proxy.ts). */
  readonly kubeletSocket?: string;
  readonly eventWindow?: number;
  /** Bearer tokens beside the administrator's certificate. */
  readonly tokens?: Readonly<Record<string, User>>;
}

export interface ApiServer extends AsyncDisposable {
  readonly state: ApiState;
  /** PEM of the authority that signed the serving certificate. */
  readonly ca: string;
  /** For programs inside the cluster, and for those outside. */
  readonly kubeconfigs: { readonly internal: string; readonly external: string };
  readonly addresses: readonly AddressInfo[];
  close(): Promise<void>;
}

const DEFAULT_SERVICE_CIDRS = ['10.96.0.0/16'];

/** Starts an API server in this process; resolves when it serves. */
export async function startApiServer(options: ApiServerOptions): Promise<ApiServer> {
  const serviceCIDRs = options.serviceCIDRs ?? DEFAULT_SERVICE_CIDRS;
  const serviceAddress = addressAt(serviceCIDRs[0] ?? '', 1);
  const hosts = [options.advertise, options.external].flatMap((address) => (address ? [hostOf(address)] : []));
  const listened = options.listen.flatMap((listen) => ('host' in listen ? [listen.host] : []));
  const authority = await createAuthority('kubernetes');
  const domain = options.clusterDomain ?? 'cluster.local';
  const names = ['127.0.0.1', '::1', 'localhost', serviceAddress, ...serviceNames(domain), ...hosts, ...listened];
  const serving = await issue(authority, {
    subject: { commonName: 'kube-apiserver' },
    usage: 'server',
    names: [...new Set(names)],
  });
  const admin = await issue(authority, {
    subject: { commonName: 'admin', organization: 'system:masters' },
    usage: 'client',
  });

  const state = new ApiState({
    serviceCIDRs,
    ...(options.eventWindow === undefined ? {} : { eventWindow: options.eventWindow }),
  });
  const authenticator = new Authenticator(options.tokens);
  const tls = {
    cert: serving.certificate,
    key: serving.key,
    ca: authority.certificate,
    requestCert: true,
    rejectUnauthorized: false,
    minVersion: 'TLSv1.2' as const,
    ticketKeys: randomBytes(48),
  };
  const servers: Server[] = [];
  const wiring = Promise.withResolvers<RouteContext>();
  for (const at of options.listen) {
    const server = createServer(
      tls,
      (request, response) => void wiring.promise.then((context) => answer(context, request, response)),
    );
    // Watches and followed logs last as long as they last; connections are kept for the next request.
    server.requestTimeout = 0;
    server.headersTimeout = 30_000;
    server.keepAliveTimeout = 120_000;
    server.on(
      'upgrade',
      (request: IncomingMessage, socket: Duplex, head: Buffer) =>
        void wiring.promise.then((context) => upgrade(context, request, socket, head)),
    );
    server.on('tlsClientError', (_error, socket) => socket.destroy());
    await listen(server, at);
    servers.push(server);
  }
  const addresses = servers.map((server) => server.address() as AddressInfo);
  const first = addresses[0] ? formatAddress(addresses[0]) : '127.0.0.1:6443';
  const advertise = options.advertise ?? first;
  wiring.resolve({ state, authenticator, kubeletSocket: options.kubeletSocket, address: advertise });
  const stop = startControllers(state, { ca: authority.certificate });
  bootstrap(state, { ca: authority.certificate, advertise, serviceAddress });
  const config = (address: string): string =>
    kubeconfig(`https://${address}`, authority.certificate, admin, 'egressproof');
  const close = async (): Promise<void> => {
    stop();
    await Promise.all(
      servers.map(
        (server) =>
          new Promise<void>((resolve) => {
            server.close(() => resolve());
            server.closeAllConnections();
          }),
      ),
    );
  };
  return {
    state,
    ca: authority.certificate,
    kubeconfigs: { internal: config(advertise), external: config(options.external ?? first) },
    addresses,
    close,
    [Symbol.asyncDispose]: close,
  };
}

const serviceNames = (domain: string): string[] => [
  'kubernetes',
  'kubernetes.default',
  'kubernetes.default.svc',
  `kubernetes.default.svc.${domain}`,
];
const hostOf = (address: string): string => address.replace(/:\d+$/, '').replace(/^\[(.*)\]$/, '$1');
const formatAddress = ({ address, port }: AddressInfo): string =>
  address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;

function listen(server: Server, at: Listen): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once('error', (error: NodeJS.ErrnoException) => {
    const where = 'fd' in at ? `descriptor ${at.fd}` : `${at.host}:${at.port}`;
    reject(new Error(`the API server cannot listen on ${where}: ${error.message}`));
  });
  server.listen('fd' in at ? { fd: at.fd } : { host: at.host, port: at.port }, resolve);
  return promise;
}

async function answer(context: RouteContext, request: IncomingMessage, response: ServerResponse): Promise<void> {
  try {
    const url = new URL(request.url ?? '/', 'https://apiserver');
    const user = context.authenticator.authenticate(request, url.pathname);
    await route(context, user, request, response, url);
  } catch (error) {
    // A body that nobody will read must not stay in the way of the next request on the connection.
    request.resume();
    sendError(request, response, error);
  }
}
