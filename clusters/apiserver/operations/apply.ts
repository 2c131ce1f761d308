import type { ApiObject } from '../object.ts';
import type { ApiState } from '../state.ts';
import type { Target, WriteOptions } from './target.ts';
export async function apply(
  _s: ApiState,
  _t: Target,
  _d: unknown,
  _f: boolean,
  _o: WriteOptions,
): Promise<{ object: ApiObject; created: boolean }> {
  throw new Error('not yet');
}
