import { request } from 'node:https';
import type { ApiObject } from '../object.ts';
import type { ApiState } from '../state.ts';
import type { Webhook } from './rules.ts';

interface Place {
  readonly url: URL;
  /** The name that the webhook's certificate has to be for. */
  readonly serverName: string;
}

const MAX_ANSWER_BYTES = 3 * 1024 * 1024;

/** Where a webhook is: its URL, or a ready endpoint of its service, since the API server is behind no service proxy. */
function locate({ clientConfig }: Webhook, state: ApiState): Place {
  const { url, service } = clientConfig;
  if (url !== undefined) return { url: new URL(url), serverName: new URL(url).hostname };
  if (!service) throw new Error('the webhook has neither url nor service');
  const { namespace, name, path = '/', port = 443 } = service;
  const serverName = `${name}.${namespace}.svc`;
  const found = state.find('services', namespace, name);
  if (!found) throw new Error(`service "${name}" not found`);
  const servicePort = ((found['spec'].ports ?? []) as { port: number; name?: string }[]).find(
    (candidate) => candidate.port === port,
  );
  if (!servicePort) throw new Error(`service "${name}" has no port ${port}`);
  for (const { object } of state.store.collection('endpointslices.discovery.k8s.io').items.values()) {
    if (object.metadata.namespace !== namespace || object.metadata.labels?.['kubernetes.io/service-name'] !== name)
      continue;
    const place = readyAddress(object, servicePort.name ?? '');
    if (place) return { url: new URL(`https://${place}${path.startsWith('/') ? path : `/${path}`}`), serverName };
  }
  throw new Error(`no endpoints available for service "${name}"`);
}

function readyAddress(slice: ApiObject, portName: string): string | undefined {
  const port = ((slice['ports'] ?? []) as { name?: string; port: number }[]).find(({ name = '' }) => name === portName);
  const endpoints = (slice['endpoints'] ?? []) as { addresses: string[]; conditions?: { ready?: boolean } }[];
  const address = endpoints.find(({ conditions }) => conditions?.ready !== false)?.addresses[0];
  if (port === undefined || address === undefined) return undefined;
  return address.includes(':') ? `[${address}]:${port.port}` : `${address}:${port.port}`;
}

/** Posts an AdmissionReview and returns the answer. Throws what went wrong, with the URL. */
export function callWebhook(webhook: Webhook, state: ApiState, review: unknown): Promise<unknown> {
  const { url, serverName } = locate(webhook, state);
  const { caBundle } = webhook.clientConfig;
  const body = JSON.stringify(review);
  const target = new URL(url);
  target.searchParams.set('timeout', `${webhook.timeoutSeconds}s`);
  const { promise, resolve, reject } = Promise.withResolvers<unknown>();
  const fail = (why: string): void => reject(new Error(`Post "${target.href}": ${why}`));
  const outgoing = request(
    target,
    {
      method: 'POST',
      servername: /^[\d.:[\]]+$/.test(serverName) ? '' : serverName,
      ...(caBundle ? { ca: Buffer.from(caBundle, 'base64') } : {}),
      headers: {
        'Content-Type': 'application/json',
        Accept: 'application/json',
        'Content-Length': Buffer.byteLength(body),
      },
      signal: AbortSignal.timeout(webhook.timeoutSeconds * 1000),
    },
    (answer) => {
      const chunks: Buffer[] = [];
      let length = 0;
      answer.on('data', (chunk: Buffer) => {
        length += chunk.length;
        if (length > MAX_ANSWER_BYTES) outgoing.destroy(new Error('the answer is too large'));
        else chunks.push(chunk);
      });
      answer.on('error', (error) => fail(error.message));
      answer.on('end', () => {
        if (answer.statusCode !== 200)
          return reject(
            new Error(
              `the server responded with the status code ${answer.statusCode} but did not return more information`,
            ),
          );
        try {
          resolve(JSON.parse(Buffer.concat(chunks).toString('utf8')));
        } catch (error) {
          fail(`couldn't get version/kind; json parse error: ${(error as Error).message}`);
        }
      });
    },
  );
  outgoing.on('error', (error) =>
    fail(error.name === 'TimeoutError' || error.name === 'AbortError' ? 'context deadline exceeded' : error.message),
  );
  outgoing.end(body);
  return promise;
}
