import type { ApiObject } from '../object.ts';

export interface Located {
  readonly storage: string;
  readonly key: string;
}

/** Which objects exist, and which ones name them as owners. */
export class OwnershipGraph {
  readonly #byUid = new Map<string, Located>();
  readonly #dependents = new Map<string, Map<string, Located>>();

  /** Takes in a change; returns the object's uid and the owners it names now. */
  note(
    storage: string,
    key: string,
    current: ApiObject | undefined,
    previous: ApiObject | undefined,
  ): { uid: string; owners: string[] } {
    const uid = (current ?? previous)?.metadata.uid ?? '';
    const id = `${storage}\n${key}`;
    for (const { uid: owner } of previous?.metadata.ownerReferences ?? []) {
      const dependents = this.#dependents.get(owner);
      dependents?.delete(id);
      if (dependents?.size === 0) this.#dependents.delete(owner);
    }
    if (current) this.#byUid.set(uid, { storage, key });
    else this.#byUid.delete(uid);
    const owners = (current?.metadata.ownerReferences ?? []).map((reference) => reference.uid);
    for (const owner of owners) {
      const dependents = this.#dependents.get(owner) ?? new Map<string, Located>();
      this.#dependents.set(owner, dependents.set(id, { storage, key }));
    }
    return { uid, owners };
  }

  has(uid: string): boolean {
    return this.#byUid.has(uid);
  }

  locate(uid: string): Located | undefined {
    return this.#byUid.get(uid);
  }

  dependents(uid: string): Located[] {
    return [...(this.#dependents.get(uid)?.values() ?? [])];
  }
}
