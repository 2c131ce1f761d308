import { equal } from '../object.ts';
import { isObject } from '../schema/types.ts';
import type { Json, Schema } from '../schema/types.ts';
import { FieldSet } from './field-set.ts';
import { fieldElement, itemElement, itemSchema, memberSchema, nodeKind } from './node-kind.ts';

export interface Comparison {
  readonly added: FieldSet;
  readonly modified: FieldSet;
  readonly removed: FieldSet;
}

interface Node {
  added: Draft;
  modified: Draft;
  removed: Draft;
}

interface Draft {
  members: string[];
  children: [string, FieldSet][];
}

const draft = (): Draft => ({ members: [], children: [] });
const finish = ({ members, children }: Draft): FieldSet => new FieldSet(members, children);

/** Which paths two versions of an object differ in (structured-merge-diff, compareWalker). */
export function compare(before: Json, after: Json, schema: Schema): Comparison {
  const node: Node = { added: draft(), modified: draft(), removed: draft() };
  children(before, after, schema, node);
  return { added: finish(node.added), modified: finish(node.modified), removed: finish(node.removed) };
}

const isBare = (value: Json | undefined): boolean =>
  value === undefined || value === null || (typeof value === 'object' && Object.keys(value).length === 0);

/** Puts an element, and what is below it, into the sets it belongs to. */
function visit(element: string, before: Json | undefined, after: Json | undefined, schema: Schema, parent: Node): void {
  const kindBefore = nodeKind(before, schema);
  const kindAfter = nodeKind(after, schema);
  const sameKind =
    before === undefined || after === undefined || before === null || after === null || kindBefore === kindAfter;
  const isLeaf =
    !sameKind ||
    (isBare(before) && isBare(after)) ||
    ((kindBefore === 'leaf' || isBare(before)) && (kindAfter === 'leaf' || isBare(after)));
  if (isLeaf) {
    if (before === undefined) parent.added.members.push(element);
    else if (after === undefined) parent.removed.members.push(element);
    else if (!equal(before, after)) parent.modified.members.push(element);
    return;
  }
  const node: Node = { added: draft(), modified: draft(), removed: draft() };
  children(before, after, schema, node);
  if (before === undefined) parent.added.members.push(element);
  else if (after === undefined) parent.removed.members.push(element);
  for (const key of ['added', 'modified', 'removed'] as const) parent[key].children.push([element, finish(node[key])]);
}

function children(before: Json | undefined, after: Json | undefined, schema: Schema, node: Node): void {
  const left = index(before, schema);
  const right = index(after, schema);
  for (const [element, [value, child]] of left) visit(element, value, right.get(element)?.[0], child, node);
  for (const [element, [value, child]] of right) if (!left.has(element)) visit(element, undefined, value, child, node);
}

/** The elements of a map or a keyed list, with their schemas. */
export function index(value: Json | undefined, schema: Schema): Map<string, [Json, Schema]> {
  if (isObject(value)) {
    return new Map(
      Object.entries(value).map(([key, member]) => [fieldElement(key), [member, memberSchema(schema, key)]]),
    );
  }
  if (!Array.isArray(value)) return new Map();
  return new Map(value.map((item) => [itemElement(item, schema), [item, itemSchema(schema)]]));
}
