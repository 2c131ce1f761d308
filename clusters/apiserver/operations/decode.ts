import { clone } from '../object.ts';
import type { ApiObject } from '../object.ts';
import { versionOf } from '../resources/registry.ts';
import { applyDefaults } from '../schema/defaults.ts';
import { objectMetaSchema } from '../schema/definitions.ts';
import { decodeGoTypes } from '../schema/go-types.ts';
import { prune } from '../schema/prune.ts';
import { isObject } from '../schema/types.ts';
import { badRequest } from '../status/api-error.ts';
import { goQuote } from '../status/go-format.ts';
import type { Target, WriteOptions } from './target.ts';

/**
 * From what a client sent to the stored form: kind and version checked, unknown fields refused or dropped, types
 * checked, defaults filled in. The object passed is changed. `where`: how strictness faults are introduced; what is
 * made by applying it keeps its nulls.
 */
export function decode(
  sent: unknown,
  target: Target,
  options: WriteOptions,
  where: 'body' | 'patch' | 'applied' = 'body',
): ApiObject {
  const { resource, version } = target;
  if (!isObject(sent))
    throw badRequest(`the object provided is unrecognized (must be of type ${resource.kind}): not an object`);
  const wanted = versionOf(target);
  const given = sent as unknown as ApiObject;
  given.apiVersion ||= wanted;
  given.kind ||= resource.kind;
  if (given.apiVersion !== wanted) {
    throw badRequest(
      `the API version in the data (${given.apiVersion}) does not match the expected API version (${wanted})`,
    );
  }
  const cannot = `${given.kind} in version ${goQuote(version.name)} cannot be handled as a ${resource.kind}`;
  if (given.kind !== resource.kind) throw badRequest(cannot);
  if (!isObject(sent['metadata'] ?? {}))
    throw badRequest(
      `${cannot}: json: cannot unmarshal ${typeof sent['metadata']} into Go struct field ${resource.kind}.metadata of type v1.ObjectMeta`,
    );
  given.metadata ??= {} as ApiObject['metadata'];
  const unknown = prune(sent, version.schema);
  if (unknown.length > 0) refuseUnknown(unknown, where === 'body' ? `${cannot}: ` : '', options);
  const fault = resource.builtin
    ? decodeGoTypes(sent, version.schema, resource.kind)
    : decodeGoTypes(given.metadata as never, objectMetaSchema, 'ObjectMeta');
  if (fault !== null) throw badRequest(`${cannot}: ${fault}`);
  const stored = version.decode ? version.decode(given) : given;
  complete(stored, target, where === 'applied');
  return stored;
}

/** Defaults, which also hold for objects that were stored before the schema had them. */
export function complete(object: ApiObject, { resource, version }: Target, keepsNulls = false): void {
  if (!resource.builtin) applyDefaults(object, version.schema, keepsNulls);
  resource.strategy.defaults?.(object);
}

function refuseUnknown(paths: readonly string[], introduction: string, options: WriteOptions): void {
  const texts = paths.map((path) => `unknown field ${goQuote(path)}`);
  if (options.fieldValidation === 'Strict')
    throw badRequest(`${introduction}strict decoding error: ${texts.join(', ')}`);
  if (options.fieldValidation === 'Warn') options.warnings.push(...texts);
}

/** The object as a client of this version sees it. Shares its parts with the stored one. */
export function encode(stored: ApiObject, target: Pick<Target, 'resource' | 'version'>): ApiObject {
  const apiVersion = versionOf(target);
  if (target.version.encode) return { ...target.version.encode(stored), apiVersion };
  if (stored.apiVersion === apiVersion) return stored;
  const converted = clone({ ...stored, apiVersion });
  prune(converted as never, target.version.schema);
  complete(converted, target as Target);
  return converted;
}
