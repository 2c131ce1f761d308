import { clone } from '../object.ts';
import type { ApiObject } from '../object.ts';
import { jsonPatch } from '../patch/json.ts';
import { mergePatch } from '../patch/merge.ts';
import { strategicMerge } from '../patch/strategic.ts';
import type { Json } from '../schema/types.ts';
import type { ApiState } from '../state.ts';
import { apply } from './apply.ts';
import { decode, encode } from './decode.ts';
import type { Target, WriteOptions } from './target.ts';
import { update } from './update.ts';

export interface Patch {
  readonly type: 'json' | 'merge' | 'strategic' | 'apply';
  readonly document: unknown;
  /** Server-side apply: take fields from other managers. */
  readonly force: boolean;
}

/** Applies a patch to the object as the client's version shows it. */
export async function patch(
  state: ApiState,
  target: Target,
  { type, document, force }: Patch,
  options: WriteOptions,
): Promise<{ object: ApiObject; created: boolean }> {
  if (type === 'apply') return apply(state, target, document, force, options);
  const { schema } = target.version;
  const object = await update(
    state,
    target,
    (current) => {
      const shown = clone(encode(current, target)) as unknown as Json;
      let patched: Json;
      if (type === 'json') patched = jsonPatch(shown, document);
      else if (type === 'merge') patched = mergePatch(shown, document as Json);
      else patched = strategicMerge(shown, document as Json, schema);
      return decode(clone(patched), target, options, 'patch');
    },
    options,
  );
  return { object, created: false };
}
