import { once } from 'node:events';
import { createServer } from 'node:https';
import type { IncomingMessage } from 'node:http';
import { egressAddresses } from '../api/egress.ts';
import type { Egress } from '../api/egress.ts';
import { externalIPPools } from '../api/external-ip-pool.ts';
import type { ExternalIPPool } from '../api/external-ip-pool.ts';
import { webhookConfigurationName, webhookHost, webhookPaths } from '../api/webhooks.ts';
import { validateEgress, validatePool } from '../api/validate.ts';
import type { Refusal } from '../api/validate.ts';
import { createAuthority, issue } from '../base/certificate.ts';
import type { Logger } from '../base/log.ts';
import { isNotFound } from '../kube/error.ts';
import type { KubeObject, ResourceRef } from '../kube/object.ts';
import type { Kube } from '../kube/types.ts';

export interface WebhookOptions {
  readonly kube: Kube;
  readonly log: Logger;
  readonly port: number;
}

const configurations: ResourceRef = {
  group: 'admissionregistration.k8s.io',
  version: 'v1',
  plural: 'validatingwebhookconfigurations',
  kind: 'ValidatingWebhookConfiguration',
  namespaced: false,
};

interface WebhookConfiguration extends KubeObject {
  readonly webhooks?: readonly { readonly name: string; readonly clientConfig: { readonly caBundle?: string } }[];
}

/** Part of an AdmissionReview (admission.k8s.io/v1) that the answer depends on. */
interface Review {
  readonly request?: {
    readonly uid: string;
    readonly object: KubeObject | null;
    readonly oldObject: KubeObject | null;
  };
}

const maxBodyBytes = 8 * 2 ** 20;
/** Whoever applies the configuration again takes our certificate out of it. */
const lookAgainMs = 30_000;

/** Answers the API server's questions about Egresses and pools, with a certificate of its own that lives as long as it. */
export async function startWebhook({ kube, log, port }: WebhookOptions): Promise<AsyncDisposable> {
  const authority = await createAuthority('egressproof-webhook');
  const identity = await issue(authority, {
    subject: { commonName: webhookHost },
    usage: 'server',
    names: [webhookHost],
  });
  const server = createServer({ cert: identity.certificate, key: identity.key }, (request, response) => {
    answer(kube, request).then(
      (body) => response.writeHead(200, { 'content-type': 'application/json' }).end(body),
      (error: Error) => {
        log.error('cannot answer the API server', { path: request.url, error: error.message });
        response.writeHead(500, { 'content-type': 'text/plain' }).end(`${error.message}\n`);
      },
    );
  });
  server.listen(port);
  try {
    await once(server, 'listening');
  } catch (error) {
    throw new Error(
      `cannot serve the webhook on port ${port}: ${(error as Error).message}; choose another --webhook-port`,
      {
        cause: error,
      },
    );
  }
  const caBundle = Buffer.from(authority.certificate).toString('base64');
  await publish(kube, caBundle, log);
  const timer = setInterval(() => {
    publish(kube, caBundle, log).catch((error: Error) =>
      log.warn('cannot look after the webhook configuration', { error: error.message }),
    );
  }, lookAgainMs);
  return {
    [Symbol.asyncDispose]: async () => {
      clearInterval(timer);
      server.closeAllConnections();
      await new Promise((resolve) => void server.close(resolve));
    },
  };
}

/** Tells the API server which certificate to expect. Without a configuration nobody asks, which is fine. */
async function publish(kube: Kube, caBundle: string, log: Logger): Promise<void> {
  try {
    const { webhooks = [] } = await kube.get<WebhookConfiguration>(configurations, webhookConfigurationName);
    const stale = webhooks.filter(({ clientConfig }) => clientConfig.caBundle !== caBundle);
    if (stale.length === 0) return;
    const patch = { webhooks: stale.map(({ name }) => ({ name, clientConfig: { caBundle } })) };
    await kube.patch(configurations, webhookConfigurationName, patch, { type: 'strategic' });
  } catch (error) {
    if (!isNotFound(error)) throw error;
    log.warn('there is no webhook configuration: Egresses and pools are not validated', {
      name: webhookConfigurationName,
    });
  }
}

async function answer(kube: Kube, request: IncomingMessage): Promise<string> {
  const { request: asked } = JSON.parse(await readBody(request)) as Review;
  if (!asked) throw new Error('the AdmissionReview has no request');
  const path = new URL(request.url ?? '/', 'https://webhook').pathname;
  const refusal = await judge(kube, path, asked.object, asked.oldObject);
  const response = {
    uid: asked.uid,
    allowed: refusal === null,
    ...(refusal === null ? {} : { status: { message: refusal } }),
  };
  return JSON.stringify({ apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview', response });
}

/** Pools are asked for and not watched: one that was made just before an Egress must be known. */
async function judge(kube: Kube, path: string, object: KubeObject | null, old: KubeObject | null): Promise<Refusal> {
  if (object === null) return null;
  if (path === webhookPaths.egress) {
    const egress = object as Egress;
    const names = new Set(egressAddresses(egress).flatMap(({ pool }) => pool ?? []));
    const pools = await Promise.all([...names].map((name) => kube.find<ExternalIPPool>(externalIPPools, name)));
    const found = pools.flatMap((pool) => (pool === null ? [] : [[pool.metadata.name ?? '', pool] as const]));
    return validateEgress(egress, old as Egress | null, new Map(found));
  }
  if (path === webhookPaths.pool) {
    const { items } = await kube.list<ExternalIPPool>(externalIPPools);
    const others = items.filter(({ metadata }) => metadata.name !== object.metadata.name);
    return validatePool(object as ExternalIPPool, old as ExternalIPPool | null, others);
  }
  throw new Error(`there is no webhook at ${path}; paths: ${Object.values(webhookPaths).join(', ')}`);
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    chunks.push(chunk as Buffer);
    size += (chunk as Buffer).length;
    if (size > maxBodyBytes) throw new Error(`the AdmissionReview is larger than ${maxBodyBytes} bytes`);
  }
  return Buffer.concat(chunks).toString();
}
