/**
 * Writes builtin.generated.json: the structure of the built-in types that this API server serves, from the models of the
 * installed @kubernetes/client-node. Run: node clusters/apiserver/schema/generate.ts
 */
import { writeFile } from 'node:fs/promises';
import { modelsFolder, readModel } from './client-node-models.ts';
import type { Model } from './client-node-models.ts';
import { keyDefaults, mergeMarkers, quantities } from './list-types.ts';
import { rootTypes } from './root-types.ts';
import type { JsonObject } from './types.ts';

/** Types whose JSON form says more than their model does. */
const opaque: Readonly<Record<string, JsonObject>> = {
  any: { 'x-kubernetes-preserve-unknown-fields': true },
  object: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
  Date: { type: 'string', format: 'date-time' },
  V1MicroTime: { type: 'string', format: 'date-time' },
  IntOrString: { 'x-kubernetes-int-or-string': true },
};

const definitions: Record<string, JsonObject> = {};

/** `CoreV1EventSeries` is `EventSeries` of the group that reached it first. */
const shortName = (model: string): string =>
  model.replace(/^[A-Z][a-z]+(?=V1[A-Z])/, '').replace(/^V\d+(beta\d+)?/, '');

function definitionName(model: string, pkg: string): string {
  const short = shortName(model);
  const isMeta =
    /^(ObjectMeta|ListMeta|OwnerReference|ManagedFieldsEntry|LabelSelector.*|Status.*|DeleteOptions|Preconditions|Condition)$/;
  return `${isMeta.test(short) ? 'io.k8s.apimachinery.pkg.apis.meta.v1' : pkg}.${short}`;
}

const named = new Map<string, string>();

async function reference(model: string, pkg: string): Promise<string> {
  const known = named.get(model);
  if (known !== undefined) return known;
  const name = definitionName(model, pkg);
  named.set(model, name);
  definitions[name] = {};
  definitions[name] = await definition(await readModel(model), pkg, model);
  return name;
}

async function schemaOf(type: string, format: string, pkg: string): Promise<JsonObject> {
  const element = /^(?:Array|Set)<(.*)>$/.exec(type)?.[1];
  if (element !== undefined) return { type: 'array', items: await schemaOf(element, format, pkg) };
  const value = /^\{ \[key: string\]: (.*); \}$/.exec(type)?.[1];
  if (value !== undefined) return { type: 'object', additionalProperties: await schemaOf(value, format, pkg) };
  if (opaque[type] !== undefined) return opaque[type];
  if (type === 'string') return { type, ...(format === 'byte' ? { format } : {}) };
  if (type === 'boolean') return { type };
  if (type === 'number') return format === 'double' ? { type, format } : { type: 'integer', format };
  return { $ref: await reference(type, pkg) };
}

const quantity: JsonObject = { format: 'quantity', 'x-kubernetes-int-or-string': true };

async function definition(model: Model, pkg: string, modelName: string): Promise<JsonObject> {
  const type = shortName(modelName);
  const properties: Record<string, JsonObject> = {};
  for (const { baseName, type: propertyType, format } of model.properties) {
    const key = `${type}.${baseName}`;
    let schema = await schemaOf(propertyType, format, pkg);
    if (quantities.has(key))
      schema = schema['additionalProperties'] ? { type: 'object', additionalProperties: quantity } : quantity;
    properties[baseName] = {
      ...schema,
      ...markers(key, schema),
      ...(keyDefaults[key] ? { default: keyDefaults[key] } : {}),
    };
  }
  return {
    type: 'object',
    'x-model': modelName,
    ...(model.required.length > 0 ? { required: [...model.required] } : {}),
    properties,
    ...(mergeMarkers[type]?.atomic ? { 'x-kubernetes-map-type': 'atomic' } : {}),
  };
}

function markers(key: string, schema: JsonObject): JsonObject {
  const found = mergeMarkers[key];
  const isList = schema['type'] === 'array';
  const result: JsonObject = {};
  if (found?.mapKeys) {
    result['x-kubernetes-list-type'] = 'map';
    result['x-kubernetes-list-map-keys'] = [...found.mapKeys];
  } else if (found?.set) result['x-kubernetes-list-type'] = 'set';
  else if (isList) result['x-kubernetes-list-type'] = 'atomic';
  else if (found?.atomic) result['x-kubernetes-map-type'] = 'atomic';
  if (found?.strategy) result['x-kubernetes-patch-strategy'] = found.strategy;
  if (found?.mergeKey) result['x-kubernetes-patch-merge-key'] = found.mergeKey;
  return result;
}

const roots: Record<string, string> = {};
for (const { groupVersion, pkg, models } of rootTypes) {
  for (const model of models) roots[`${groupVersion}/${shortName(model)}`] = await reference(model, pkg);
}
const target = new URL('builtin.generated.json', import.meta.url);
await writeFile(target, `${JSON.stringify({ roots, definitions })}\n`);
console.log(`${Object.keys(definitions).length} types of ${modelsFolder.pathname} written to ${target.pathname}`);
