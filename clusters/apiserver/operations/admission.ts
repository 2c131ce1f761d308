import type { ApiObject } from '../object.ts';
import type { ApiState } from '../state.ts';
import { callValidatingWebhooks } from '../webhooks/validating.ts';
import type { Target, WriteOptions } from './target.ts';

export type AdmissionOperation = 'CREATE' | 'UPDATE' | 'DELETE';

/** Asks the validating webhooks that are configured for this object; throws what they deny. */
export async function admit(
  state: ApiState,
  target: Target,
  operation: AdmissionOperation,
  object: ApiObject | undefined,
  old: ApiObject | undefined,
  options: WriteOptions,
): Promise<void> {
  const storage = 'validatingwebhookconfigurations.admissionregistration.k8s.io';
  // Configurations are never subject to webhooks: a broken one could not be repaired.
  if (target.resource.group === 'admissionregistration.k8s.io') return;
  const configurations = [...state.store.collection(storage).items.values()].map(
    ({ object: configuration }) => configuration,
  );
  if (configurations.length > 0)
    await callValidatingWebhooks(configurations, { state, target, operation, object, old, options });
}
