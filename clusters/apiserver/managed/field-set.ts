import { isObject } from '../schema/types.ts';
import type { JsonObject } from '../schema/types.ts';

/**
 * A set of paths of an object, as managedFields have them (FieldsV1): elements are `f:name` for members, `k:{...}` for
 * elements of keyed lists, `v:...` for elements of sets. An element can be in the set itself, have children in it, or both.
 * A port of sigs.k8s.io/structured-merge-diff/v4/fieldpath.Set. Sets are not changed once they are built.
 */
export class FieldSet {
  readonly members: Set<string>;
  readonly children: Map<string, FieldSet>;

  constructor(members: Iterable<string> = [], children: Iterable<readonly [string, FieldSet]> = []) {
    this.members = new Set(members);
    this.children = new Map([...children].filter(([, child]) => !child.isEmpty()));
  }

  static parse(fields: JsonObject): FieldSet {
    const members: string[] = [];
    const children: [string, FieldSet][] = [];
    for (const [element, below] of Object.entries(fields)) {
      if (element === '.' || !isObject(below)) continue;
      const keys = Object.keys(below);
      if (keys.length === 0 || keys.includes('.')) members.push(element);
      if (keys.some((key) => key !== '.')) children.push([element, FieldSet.parse(below)]);
    }
    return new FieldSet(members, children);
  }

  toJson(): JsonObject {
    const result: JsonObject = {};
    for (const element of [...new Set([...this.members, ...this.children.keys()])].toSorted()) {
      const child = this.children.get(element);
      result[element] = child ? { ...(this.members.has(element) ? { '.': {} } : {}), ...child.toJson() } : {};
    }
    return result;
  }

  isEmpty(): boolean {
    return this.members.size === 0 && this.children.size === 0;
  }

  union(other: FieldSet): FieldSet {
    return this.#combine(other, [...this.members, ...other.members], (a, b) => (a && b ? a.union(b) : (a ?? b)));
  }

  difference(other: FieldSet): FieldSet {
    return this.#combine(
      other,
      [...this.members].filter((member) => !other.members.has(member)),
      (a, b) => (a && b ? a.difference(b) : a),
    );
  }

  intersection(other: FieldSet): FieldSet {
    return this.#combine(
      other,
      [...this.members].filter((member) => other.members.has(member)),
      (a, b) => (a && b ? a.intersection(b) : undefined),
    );
  }

  /** Without an element and everything below it. */
  without(...path: readonly string[]): FieldSet {
    const [element = '', ...rest] = path;
    const child = this.children.get(element);
    const others = [...this.children].filter(([key]) => key !== element);
    if (rest.length === 0)
      return new FieldSet(
        [...this.members].filter((key) => key !== element),
        others,
      );
    return child ? new FieldSet(this.members, [...others, [element, child.without(...rest)]]) : this;
  }

  /** Only an element and what is below it. */
  only(element: string): FieldSet {
    const child = this.children.get(element);
    return new FieldSet(this.members.has(element) ? [element] : [], child ? [[element, child]] : []);
  }

  /** Every path in the set, as errors write them: `.spec.containers[name="c"].image`. */
  paths(prefix = ''): string[] {
    const own = [...this.members].map((element) => prefix + pathText(element));
    return [...own, ...[...this.children].flatMap(([element, child]) => child.paths(prefix + pathText(element)))];
  }

  #combine(
    other: FieldSet,
    members: Iterable<string>,
    join: (a?: FieldSet, b?: FieldSet) => FieldSet | undefined,
  ): FieldSet {
    const keys = new Set([...this.children.keys(), ...other.children.keys()]);
    const children = [...keys].flatMap((key) => {
      const child = join(this.children.get(key), other.children.get(key));
      return child ? [[key, child] as const] : [];
    });
    return new FieldSet(members, children);
  }
}

function pathText(element: string): string {
  const value = element.slice(2);
  if (element.startsWith('f:')) return `.${value}`;
  if (!element.startsWith('k:')) return `[${element.startsWith('v:') ? `=${value}` : value}]`;
  const keys = Object.entries(JSON.parse(value) as JsonObject);
  return `[${keys.map(([key, part]) => `${key}=${JSON.stringify(part)}`).join(',')}]`;
}
