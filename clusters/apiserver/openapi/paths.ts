import { groupVersion } from '../resources/definition.ts';
import type { Resource, ServedVersion } from '../resources/definition.ts';
import type { JsonObject } from '../schema/types.ts';

const query = (name: string, description: string, type = 'string'): JsonObject => ({
  name,
  in: 'query',
  description,
  schema: { type, uniqueItems: true },
});

const dryRun = query(
  'dryRun',
  'When present, indicates that modifications should not be persisted. Valid values are: All.',
);
const fieldManager = query('fieldManager', 'The name of the actor that makes this change.');
const fieldValidation = query(
  'fieldValidation',
  'How unknown or duplicate fields are handled: Ignore, Warn or Strict.',
);
const force = query('force', 'Force is going to "force" Apply requests.', 'boolean');
const selectors = [
  query('labelSelector', 'Restricts the list of returned objects by their labels.'),
  query('fieldSelector', 'Restricts the list of returned objects by their fields.'),
  query('limit', 'Maximum number of responses to return for a list call.', 'integer'),
  query('continue', 'The continue option of the previous page.'),
  query('resourceVersion', 'Constraint on what resource versions a request may be served from.'),
  query('watch', 'Watch for changes to the described resources.', 'boolean'),
];
const segment = (name: string): JsonObject => ({
  name,
  in: 'path',
  required: true,
  schema: { type: 'string', uniqueItems: true },
});

const jsonPatches = ['application/json-patch+json', 'application/merge-patch+json', 'application/apply-patch+yaml'];

/** The paths of one resource, as far as clients read them: operations, the kinds they work on, their parameters. */
export function resourcePaths(
  resource: Resource,
  version: ServedVersion,
  schema: JsonObject,
): Record<string, JsonObject> {
  const { group, kind, plural, namespaced } = resource;
  const root = `${group === '' ? '/api' : '/apis'}/${groupVersion(group, version.name)}`;
  const gvk = { group, version: version.name, kind };
  const body = (types: readonly string[]): JsonObject => ({
    content: Object.fromEntries(types.map((type) => [type, { schema }])),
  });
  const operation = (action: string, parameters: readonly JsonObject[], types?: readonly string[]): JsonObject => ({
    operationId: `${action}${group === '' ? 'Core' : group}${version.name}${kind}`,
    parameters: [...parameters],
    ...(types ? { requestBody: body(types) } : {}),
    responses: { 200: { description: 'OK', ...body(['application/json']) } },
    'x-kubernetes-action': action,
    'x-kubernetes-group-version-kind': gvk,
  });
  const has = (verb: string): boolean => resource.verbs.includes(verb);
  const patchTypes = resource.builtin ? [...jsonPatches, 'application/strategic-merge-patch+json'] : jsonPatches;
  const writing = [dryRun, fieldManager, fieldValidation];
  const json = ['application/json', 'application/yaml'];
  const collection: JsonObject = {
    ...(has('list') ? { get: operation('list', selectors) } : {}),
    ...(has('create') ? { post: operation('post', writing, json) } : {}),
    ...(has('deletecollection') ? { delete: operation('deletecollection', [...selectors, dryRun]) } : {}),
  };
  const single: JsonObject = {
    ...(has('get') ? { get: operation('get', []) } : {}),
    ...(has('update') ? { put: operation('put', writing, json) } : {}),
    ...(has('patch') ? { patch: operation('patch', [...writing, force], patchTypes) } : {}),
    ...(has('delete') ? { delete: operation('delete', [dryRun]) } : {}),
  };
  const base = namespaced ? `${root}/namespaces/{namespace}/${plural}` : `${root}/${plural}`;
  const scope = namespaced ? [segment('namespace')] : [];
  return {
    [base]: { ...collection, parameters: scope },
    ...(has('get') ? { [`${base}/{name}`]: { ...single, parameters: [segment('name'), ...scope] } } : {}),
    ...(namespaced && has('list') ? { [`${root}/${plural}`]: { get: operation('list', selectors) } } : {}),
  };
}
