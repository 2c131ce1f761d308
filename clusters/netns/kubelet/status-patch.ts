import type { KubeObject, ResourceRef } from '../../../agent/kube/object.ts';
import type { Kube } from '../../../agent/kube/types.ts';

export async function patchStatus(
  kube: Kube,
  resource: ResourceRef,
  object: KubeObject,
  status: unknown,
): Promise<void> {
  const { name = '', namespace } = object.metadata;
  await kube.patch(
    resource,
    name,
    { status },
    { type: 'merge', subresource: 'status', ...(namespace ? { namespace } : {}) },
  );
}
