import { isAlreadyExists, isConflict, isNotFound } from '../../../agent/kube/error.ts';

/** A write that may come late: an object deleted meanwhile needs nothing more; one that changed is looked at again with its change. */
export async function unlessOvertaken(work: Promise<unknown>): Promise<void> {
  try {
    await work;
  } catch (error) {
    if (!isNotFound(error) && !isConflict(error) && !isAlreadyExists(error)) throw error;
  }
}
