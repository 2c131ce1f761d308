import { randomUUID } from 'node:crypto';
import type { ApiObject } from '../object.ts';
import { ordered } from '../handlers/view.ts';
import type { AdmissionOperation } from '../operations/admission.ts';
import { encode } from '../operations/decode.ts';
import type { Target, WriteOptions } from '../operations/target.ts';
import type { ApiState } from '../state.ts';
import { ApiError, badRequest, internal } from '../status/api-error.ts';
import { callWebhook } from './call.ts';
import { concerns } from './rules.ts';
import type { Webhook } from './rules.ts';

export interface Admission {
  readonly state: ApiState;
  readonly target: Target;
  readonly operation: AdmissionOperation;
  readonly object: ApiObject | undefined;
  readonly old: ApiObject | undefined;
  readonly options: WriteOptions;
}

interface Answer {
  response?: {
    uid?: string;
    allowed?: boolean;
    status?: { message?: string; reason?: string; code?: number; details?: ApiError['details'] };
    warnings?: string[];
  };
}

/** Asks all webhooks that the request concerns, at once; throws the first refusal in the order of their configurations. */
export async function callValidatingWebhooks(
  configurations: readonly ApiObject[],
  admission: Admission,
): Promise<void> {
  const { state, target, operation, object, old } = admission;
  const sorted = configurations.toSorted((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1));
  const webhooks = sorted
    .flatMap((configuration) => (configuration['webhooks'] ?? []) as Webhook[])
    .filter((webhook) => concerns(webhook, state, target, operation, [object, old]));
  const results = await Promise.allSettled(webhooks.map((webhook) => ask(webhook, admission)));
  for (const result of results) if (result.status === 'rejected') throw result.reason;
}

async function ask(webhook: Webhook, admission: Admission): Promise<void> {
  const { state, options } = admission;
  if (options.dryRun && !['None', 'NoneOnDryRun'].includes(webhook.sideEffects)) {
    throw badRequest(`admission webhook "${webhook.name}" does not support dry run`);
  }
  const uid = randomUUID();
  let response: Answer['response'];
  try {
    ({ response } = (await callWebhook(webhook, state, review(uid, admission))) as Answer);
    if (!response) throw new Error('webhook response was absent');
    if (response.uid !== uid) throw new Error(`expected response.uid="${uid}", got "${response.uid ?? ''}"`);
  } catch (error) {
    if (webhook.failurePolicy === 'Ignore') return;
    throw internal(`failed calling webhook "${webhook.name}": failed to call webhook: ${(error as Error).message}`);
  }
  options.warnings.push(...(response.warnings ?? []));
  if (!response.allowed) throw denied(webhook.name, response);
}

function denied(name: string, { status = {} }: NonNullable<Answer['response']>): ApiError {
  const { message, reason = '', code = 0, details } = status;
  const why = message || reason;
  const text = `admission webhook "${name}" denied the request${why ? `: ${why}` : ' without explanation'}`;
  return new ApiError(code < 400 ? 400 : code, reason, text, details);
}

function review(uid: string, { target, operation, object, old, options }: Admission): unknown {
  const { resource, version, namespace, name, subresource } = target;
  const kind = { group: resource.group, version: version.name, kind: resource.kind };
  const place = { group: resource.group, version: version.name, resource: resource.plural };
  const shown = (stored: ApiObject | undefined): ApiObject | null => (stored ? ordered(encode(stored, target)) : null);
  return {
    kind: 'AdmissionReview',
    apiVersion: 'admission.k8s.io/v1',
    request: {
      uid,
      kind,
      resource: place,
      ...(subresource === '' ? {} : { subResource: subresource }),
      requestKind: kind,
      requestResource: place,
      name: name ?? object?.metadata.name ?? '',
      ...(namespace === undefined ? {} : { namespace }),
      operation,
      userInfo: { username: options.user, groups: options.groups },
      object: shown(object),
      oldObject: shown(old),
      dryRun: options.dryRun,
      options: null,
    },
  };
}
