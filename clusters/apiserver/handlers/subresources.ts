import { kubeletPath, proxyRequest } from '../kubelet-proxy.ts';
import type { PodSubresource } from '../kubelet-proxy.ts';
import { parseDocument, readBody, readObject } from '../http/body.ts';
import { sendJson } from '../http/respond.ts';
import { decode } from '../operations/decode.ts';
import { remove } from '../operations/delete.ts';
import type { DeleteOptions } from '../operations/delete.ts';
import { update } from '../operations/update.ts';
import { now } from '../object.ts';
import type { ApiObject } from '../object.ts';
import type { Authenticator } from '../auth.ts';
import { ApiError, badRequest, conflict, methodNotSupported, notFound } from '../status/api-error.ts';
import type { ResourceRequest } from './context.ts';
import { sendObject } from './object.ts';

const success = { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success' };

function current({ state, target }: ResourceRequest): ApiObject {
  const { resource, namespace, name = '' } = target;
  const found = state.find(resource.storage, namespace, name);
  if (!found) throw notFound(resource, name);
  return found;
}

/** Logs and, for clients that do not ask for an upgrade, the refusal of exec and attach. */
export async function podStream(
  context: ResourceRequest,
  subresource: PodSubresource,
  socketPath: string | undefined,
): Promise<void> {
  const path = kubeletPath(current(context), subresource, context.query);
  if (subresource !== 'log') throw badRequest('Upgrade request required');
  if (context.request.method !== 'GET')
    throw methodNotSupported(context.target.resource, context.request.method?.toLowerCase() ?? '');
  await proxyRequest(socketPath, path, context.response);
}

/** POST pods/P/binding: what a scheduler does. */
export async function bindPod(context: ResourceRequest): Promise<void> {
  const { state, target, options, request, response } = context;
  const { target: chosen } = (await readObject(request)) as { target?: { kind?: string; name?: string } };
  const node = chosen?.name;
  if (!node) throw badRequest('Binding "" is invalid: target.name: Required value');
  const { resource, name = '' } = target;
  await update(
    state,
    { ...target, subresource: 'binding' },
    (pod) => {
      if (pod.metadata.deletionTimestamp !== undefined)
        throw conflict(resource, name, `pod ${name} is being deleted, cannot be assigned to a host`);
      const assigned: unknown = pod['spec'].nodeName;
      if (assigned) throw conflict(resource, name, `pod ${name} is already assigned to node "${String(assigned)}"`);
      pod['spec'].nodeName = node;
      const conditions: { type: string }[] = pod['status'].conditions ?? [];
      const scheduled = { type: 'PodScheduled', status: 'True', lastProbeTime: null, lastTransitionTime: now() };
      pod['status'].conditions = [...conditions.filter(({ type }) => type !== 'PodScheduled'), scheduled];
      return pod;
    },
    options,
  );
  sendJson(response, 201, { ...success, code: 201 });
}

/** POST pods/P/eviction: a deletion that disruption budgets could refuse; there are none here. */
export async function evictPod(context: ResourceRequest): Promise<void> {
  const { state, target, options, request, response } = context;
  const { deleteOptions } = (await readObject(request)) as { deleteOptions?: DeleteOptions };
  current(context);
  await remove(state, { ...target, subresource: '' }, deleteOptions ?? {}, options);
  sendJson(response, 201, { ...success, code: 201 });
}

/** PUT namespaces/N/finalize: who has cleaned up takes its finalizer out of the spec. */
export async function finalizeNamespace(context: ResourceRequest): Promise<void> {
  const { state, target, options, request } = context;
  const sent = decode(await readObject(request), target, options);
  const change = (namespace: ApiObject): ApiObject => {
    namespace['spec'] = { ...namespace['spec'], finalizers: sent['spec'].finalizers ?? [] };
    return namespace;
  };
  sendObject(context, 200, await update(state, target, change, options));
}

/** The scale subresource of workloads, autoscaling/v1 Scale. */
export async function scaleWorkload(context: ResourceRequest): Promise<void> {
  const { state, target, options, request, response } = context;
  let object = current(context);
  if (request.method === 'PUT' || request.method === 'PATCH') {
    const { spec } = (await parseDocument(await readBody(request), '')) as { spec?: { replicas?: number } };
    object = await update(
      state,
      { ...target, subresource: '' },
      (workload) => {
        workload['spec'].replicas = spec?.replicas ?? workload['spec'].replicas;
        return workload;
      },
      options,
    );
  } else if (request.method !== 'GET') throw methodNotSupported(target.resource, 'create');
  const { name, namespace, uid, resourceVersion, creationTimestamp } = object.metadata;
  const selector = Object.entries((object['spec'].selector?.matchLabels ?? {}) as Record<string, string>).map(
    ([key, value]) => `${key}=${value}`,
  );
  sendJson(response, 200, {
    kind: 'Scale',
    apiVersion: 'autoscaling/v1',
    metadata: { name, namespace, uid, resourceVersion, creationTimestamp },
    spec: { replicas: object['spec'].replicas ?? 0 },
    status: { replicas: object['status']?.replicas ?? 0, selector: selector.join(',') },
  });
}

/** POST serviceaccounts/S/token: authentication.k8s.io/v1 TokenRequest. */
export async function requestToken(context: ResourceRequest, authenticator: Authenticator): Promise<void> {
  const account = current(context);
  const sent = (await readObject(context.request)) as { spec?: { expirationSeconds?: number; audiences?: string[] } };
  const seconds = sent.spec?.expirationSeconds ?? 3600;
  const { namespace = '', name } = account.metadata;
  if (seconds < 600) {
    throw new ApiError(
      422,
      'Invalid',
      `TokenRequest.authentication.k8s.io "" is invalid: spec.expirationSeconds: Invalid value: ${seconds}: may not specify a duration less than 10 minutes`,
    );
  }
  const groups = ['system:serviceaccounts', `system:serviceaccounts:${namespace}`, 'system:authenticated'];
  const { token, expires } = authenticator.issue(
    { name: `system:serviceaccount:${namespace}:${name}`, groups },
    seconds,
  );
  sendJson(context.response, 201, {
    kind: 'TokenRequest',
    apiVersion: 'authentication.k8s.io/v1',
    metadata: { name, namespace, creationTimestamp: now() },
    spec: { audiences: sent.spec?.audiences ?? [], expirationSeconds: seconds },
    status: { token, expirationTimestamp: `${expires.toISOString().slice(0, 19)}Z` },
  });
}
