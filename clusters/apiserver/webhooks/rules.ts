import type { ApiObject } from '../object.ts';
import type { AdmissionOperation } from '../operations/admission.ts';
import type { Target } from '../operations/target.ts';
import { matchesLabelSelector } from '../selectors/label.ts';
import type { ApiState } from '../state.ts';

/** One webhook of a ValidatingWebhookConfiguration, defaults filled in. */
export interface Webhook {
  readonly name: string;
  readonly clientConfig: {
    readonly url?: string;
    readonly service?: {
      readonly namespace: string;
      readonly name: string;
      readonly path?: string;
      readonly port?: number;
    };
    readonly caBundle?: string;
  };
  readonly rules?: readonly {
    readonly operations: readonly string[];
    readonly apiGroups: readonly string[];
    readonly apiVersions: readonly string[];
    readonly resources: readonly string[];
    readonly scope?: string;
  }[];
  readonly failurePolicy: 'Fail' | 'Ignore';
  readonly namespaceSelector?: unknown;
  readonly objectSelector?: unknown;
  readonly timeoutSeconds: number;
  readonly sideEffects: string;
}

const includes = (list: readonly string[], value: string): boolean => list.includes('*') || list.includes(value);

function matchesResource(patterns: readonly string[], plural: string, subresource: string): boolean {
  return patterns.some((pattern) => {
    const [name = '', sub = ''] = pattern.split('/');
    return (
      (name === '*' || name === plural) && (sub === subresource || sub === '*' || (pattern === '*/*' && sub === '*'))
    );
  });
}

/** Whether a webhook wants to see this request. */
export function concerns(
  { rules = [], namespaceSelector, objectSelector }: Webhook,
  state: ApiState,
  { resource, version, namespace, name, subresource }: Target,
  operation: AdmissionOperation,
  objects: readonly (ApiObject | undefined)[],
): boolean {
  const scope = resource.namespaced ? 'Namespaced' : 'Cluster';
  const ruled = rules.some(
    (rule) =>
      includes(rule.operations, operation) &&
      includes(rule.apiGroups, resource.group) &&
      // matchPolicy Equivalent: any version that the resource is served in.
      (includes(rule.apiVersions, version.name) ||
        resource.versions.some((other) => rule.apiVersions.includes(other.name))) &&
      matchesResource(rule.resources, resource.plural, subresource) &&
      (rule.scope === undefined || rule.scope === '*' || rule.scope === scope),
  );
  if (!ruled) return false;
  const home = resource.plural === 'namespaces' && resource.group === '' ? name : namespace;
  if (home !== undefined) {
    const labels = state.find('namespaces', undefined, home)?.metadata.labels ?? objects[0]?.metadata.labels;
    if (!matchesLabelSelector(namespaceSelector, labels)) return false;
  }
  return objects.some((object) => object !== undefined && matchesLabelSelector(objectSelector, object.metadata.labels));
}
