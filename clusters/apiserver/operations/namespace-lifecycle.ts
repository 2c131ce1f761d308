import type { ApiState } from '../state.ts';
import { forbidden, notFound } from '../status/api-error.ts';
import type { Target } from './target.ts';

const immortal = new Set(['default', 'kube-system', 'kube-public']);
const namespaces = { group: '', plural: 'namespaces' };

/** Objects are created only in namespaces that exist and are not going away. */
export function requireNamespace(state: ApiState, { resource, namespace }: Target, name: string): void {
  if (!resource.namespaced || namespace === undefined) return;
  const found = state.find('namespaces', undefined, namespace);
  if (!found) throw notFound(namespaces, namespace);
  if (found.metadata.deletionTimestamp === undefined) return;
  const why = `unable to create new content in namespace ${namespace} because it is being terminated`;
  const causes = [
    {
      reason: 'NamespaceTerminating',
      message: `namespace ${namespace} is being terminated`,
      field: 'metadata.namespace',
    },
  ];
  throw forbidden(resource, name ?? '', why, causes);
}

export function refuseImmortal(name: string): void {
  if (immortal.has(name)) throw forbidden(namespaces, name, 'this namespace may not be deleted');
}
