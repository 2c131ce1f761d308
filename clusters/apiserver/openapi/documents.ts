import { createHash } from 'node:crypto';
import { parseAccept } from '../http/accept.ts';
import { groupVersion } from '../resources/definition.ts';
import { versionOf } from '../resources/registry.ts';
import type { Endpoint, Registry } from '../resources/registry.ts';
import { builtin, objectMetaName } from '../schema/definitions.ts';
import type { JsonObject } from '../schema/types.ts';
import { notAcceptable } from '../status/api-error.ts';
import { KUBERNETES_VERSION } from '../version.ts';
import { Components } from './components.ts';
import { resourcePaths } from './paths.ts';

export interface Document {
  readonly body: unknown;
  readonly headers?: Record<string, string>;
}

const info = { title: 'Kubernetes', version: KUBERNETES_VERSION.gitVersion };
const V3 = '/openapi/v3';
const V3_TYPE = 'application/json';
const V2_PROTOBUF = 'application/com.github.proto-openapi.spec.v2@v1.0+protobuf';

/** The OpenAPI documents: the index of version 3, one document for each group version, and version 2 as JSON. Undefined: no such document. */
export async function openApiDocument(
  registry: Registry,
  pathname: string,
  accept: string | undefined,
): Promise<Document | undefined> {
  if (pathname === '/openapi/v2' && parseAccept(accept).some(({ type }) => type === V2_PROTOBUF))
    return { body: emptyVersion2(), headers: { 'Content-Type': V2_PROTOBUF.replace('@', '.') } }; // `@` has no place in a media type
  if (!parseAccept(accept).some(({ type }) => ['application/json', '*/*', 'application/*', ''].includes(type)))
    throw notAcceptable(['application/json']);
  if (pathname === '/openapi/v2') return { body: await version2(registry) };
  if (pathname === V3 || pathname === `${V3}/`) return { body: index(registry) };
  const match = /^\/openapi\/v3\/(?:api\/(?<core>[^/]+)|apis\/(?<group>[^/]+)\/(?<version>[^/]+))$/.exec(
    pathname,
  )?.groups;
  const group = match?.['group'] ?? '';
  const version = match?.['core'] ?? match?.['version'];
  if (version === undefined || !registry.groups().get(group)?.includes(version)) return undefined;
  const components = new Components();
  const paths = await describe(registry.in(group, version), components);
  return {
    body: { openapi: '3.0.0', info, paths, components: { schemas: components.schemas } },
    headers: { 'Content-Type': V3_TYPE },
  };
}

/**
 * kubectl asks for version 2 as protobuf only for a kind that version 3 does not have; a document without definitions
 * tells it that there is none. Document{swagger = 1, info = 2{title = 1, version = 2}, paths = 8} (gnostic OpenAPIv2.proto).
 */
function emptyVersion2(): Buffer {
  const field = (number: number, value: Buffer): Buffer =>
    Buffer.concat([Buffer.from([(number << 3) | 2, value.length]), value]);
  const about = Buffer.concat([field(1, Buffer.from(info.title)), field(2, Buffer.from(info.version))]);
  return Buffer.concat([field(1, Buffer.from('2.0')), field(2, about), field(8, Buffer.alloc(0))]);
}

const root = (group: string, version: string): string =>
  `${group === '' ? 'api' : 'apis'}/${groupVersion(group, version)}`;

function index(registry: Registry): unknown {
  const versions = [...registry.groups()].flatMap(([group, all]) => all.map((version) => [group, version] as const));
  const paths = versions.map(([group, version]) => {
    const path = root(group, version);
    return [path, { serverRelativeURL: `${V3}/${path}?hash=${contentHash(registry.in(group, version))}` }] as const;
  });
  return { paths: Object.fromEntries(paths) };
}

/** Clients keep documents by this: it changes whenever a schema does. */
function contentHash(endpoints: readonly Endpoint[]): string {
  const hash = createHash('sha512').update(KUBERNETES_VERSION.gitVersion);
  for (const { resource, version } of endpoints)
    hash.update(JSON.stringify([resource.kind, resource.plural, version.schema]));
  return hash.digest('hex').slice(0, 64).toUpperCase();
}

/** The name under which a document has a kind. Custom ones: the group's labels reversed. */
function componentName(endpoint: Endpoint): string {
  const { resource, version } = endpoint;
  const known = builtin.roots[`${versionOf(endpoint)}/${resource.kind}`];
  return resource.builtin && known !== undefined
    ? known
    : [...resource.group.split('.').toReversed(), version.name, resource.kind].join('.');
}

async function describe(
  endpoints: readonly Endpoint[],
  components: Components,
  prefix = '#/components/schemas/',
): Promise<JsonObject> {
  const paths: JsonObject = {};
  for (const endpoint of endpoints) {
    const { resource, version } = endpoint;
    const name = componentName(endpoint);
    if (resource.builtin) await components.addBuiltin(name);
    else components.schemas[name] = await components.write(customSchema(version.schema));
    components.schemas[name] = {
      ...components.schemas[name],
      'x-kubernetes-group-version-kind': [{ group: resource.group, version: version.name, kind: resource.kind }],
    };
    Object.assign(paths, resourcePaths(resource, version, { $ref: prefix + name }));
  }
  return paths;
}

const API_VERSION =
  'APIVersion defines the versioned schema of this representation of an object. Servers should convert recognized schemas to the latest internal value, and may reject unrecognized values. More info: https://git.k8s.io/community/contributors/devel/sig-architecture/api-conventions.md#resources';
const KIND =
  'Kind is a string value representing the REST resource this object represents. Servers may infer this from the endpoint the client submits requests to. Cannot be updated. In CamelCase. More info: https://git.k8s.io/community/contributors/devel/sig-architecture/api-conventions.md#types-kinds';
const METADATA =
  "Standard object's metadata. More info: https://git.k8s.io/community/contributors/devel/sig-architecture/api-conventions.md#metadata";

/** What every object has is added to what its author declared. */
const customSchema = (schema: Endpoint['version']['schema']): Endpoint['version']['schema'] => ({
  ...schema,
  properties: {
    apiVersion: { description: API_VERSION, type: 'string' },
    kind: { description: KIND, type: 'string' },
    ...schema.properties,
    metadata: { description: METADATA, $ref: objectMetaName },
  },
});

async function version2(registry: Registry): Promise<unknown> {
  const components = new Components('#/definitions/');
  const paths = await describe(
    [...registry.groups()].flatMap(([group, versions]) => versions.flatMap((version) => registry.in(group, version))),
    components,
    '#/definitions/',
  );
  return { swagger: '2.0', info, paths, definitions: components.schemas };
}
