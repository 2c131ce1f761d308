import { readObject } from '../http/body.ts';
import { sendJson } from '../http/respond.ts';
import { groupVersion } from '../resources/definition.ts';
import type { ResourceRequest } from './context.ts';

/** Questions of a client about itself: everybody who is authenticated may do everything. */
export async function answerReview({ target, request, response, user }: ResourceRequest): Promise<void> {
  const { spec } = (await readObject(request)) as { spec?: unknown };
  const { resource, version } = target;
  const status =
    resource.plural === 'selfsubjectreviews'
      ? { userInfo: { username: user.name, groups: user.groups } }
      : { allowed: true, reason: 'all authenticated users may do everything here' };
  sendJson(response, 201, {
    kind: resource.kind,
    apiVersion: groupVersion(resource.group, version.name),
    metadata: { creationTimestamp: null },
    ...(spec === undefined ? {} : { spec }),
    status,
  });
}
