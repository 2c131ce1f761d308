import jsonpatch from 'fast-json-patch';
import type { Operation } from 'fast-json-patch';
import { clone } from '../object.ts';
import type { Json } from '../schema/types.ts';
import { ApiError, badRequest } from '../status/api-error.ts';

/** As the real server: larger patches are refused. */
const MAX_OPERATIONS = 10_000;

/** JSON patch, RFC 6902. Does not change its arguments; throws a 400 for what is no patch, a 422 for one that cannot be applied. */
export function jsonPatch(target: Json, patch: unknown): Json {
  if (!Array.isArray(patch))
    throw badRequest('error decoding patch: json: cannot unmarshal object into Go value of type jsonpatch.Patch');
  if (patch.length > MAX_OPERATIONS) {
    const message = `The allowed maximum operations in a JSON patch is ${MAX_OPERATIONS}, got ${patch.length}`;
    throw new ApiError(413, 'RequestEntityTooLarge', message);
  }
  try {
    return jsonpatch.applyPatch(clone(target), patch as Operation[], true).newDocument;
  } catch (error) {
    throw new ApiError(
      422,
      'Invalid',
      `the server rejected our request due to an error in our request: ${firstLine(error)}`,
      {},
    );
  }
}

const firstLine = (error: unknown): string => String((error as Error).message).split('\n', 1)[0] ?? '';
