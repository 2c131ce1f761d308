import { encode } from '../operations/decode.ts';
import type { ApiObject } from '../object.ts';
import type { Endpoint } from '../resources/registry.ts';
import { versionOf } from '../resources/registry.ts';
import type { Revision } from '../store/collection.ts';

/** The JSON of a stored revision in one version; made once for all who read or watch it. */
export function textOf(revision: Revision, endpoint: Endpoint): string {
  const key = versionOf(endpoint);
  let text = revision.texts.get(key);
  if (text === undefined) {
    text = JSON.stringify(ordered(encode(revision.object, endpoint)));
    revision.texts.set(key, text);
  }
  return text;
}

/** kind, apiVersion and metadata first, as people expect to read it. */
export function ordered(object: ApiObject): ApiObject {
  const { kind, apiVersion, metadata, ...rest } = object;
  return { kind, apiVersion, metadata, ...rest } as ApiObject;
}
