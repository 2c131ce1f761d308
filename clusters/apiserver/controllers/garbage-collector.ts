import type { ApiState } from '../state.ts';
export function startGarbageCollector(_state: ApiState): () => void {
  return () => {};
}
