/** A path of the API, taken apart (k8s.io/apiserver/pkg/endpoints/request.RequestInfo). */
export interface ResourcePath {
  readonly group: string;
  readonly version: string;
  readonly plural: string;
  readonly namespace: string | undefined;
  readonly name: string | undefined;
  readonly subresource: string;
  /** What follows the subresource. */
  readonly rest: string;
}

/** Subresources of a namespace itself; anything else below a namespace's name is a resource in it. */
const NAMESPACE_SUBRESOURCES = new Set(['status', 'finalize']);

/** Null when the path is none of a resource. */
export function parseResourcePath(pathname: string): ResourcePath | null {
  const parts = pathname
    .split('/')
    .filter((part) => part !== '')
    .map(decodeURIComponent);
  const isCore = parts[0] === 'api';
  if (!isCore && parts[0] !== 'apis') return null;
  const [group, version, ...path] = isCore ? ['', ...parts.slice(1)] : parts.slice(1);
  if (group === undefined || version === undefined || path.length === 0) return null;
  const [first = '', second, third, ...more] = path;
  const inNamespace = first === 'namespaces' && third !== undefined && !(isCore && NAMESPACE_SUBRESOURCES.has(third));
  const [plural, name, subresource = '', ...rest] = inNamespace ? [third, ...more] : path;
  return {
    group,
    version,
    plural: plural ?? '',
    namespace: inNamespace ? second : undefined,
    name,
    subresource,
    rest: rest.join('/'),
  };
}
