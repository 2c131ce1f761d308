import { now } from '../object.ts';
import type { ApiObject } from '../object.ts';
import { labelFaults, serviceNameFaults, subdomainFaults } from '../schema/names.ts';
import { structuralSchemaFaults } from '../schema/structural-schema.ts';
import type { Schema } from '../schema/types.ts';
import { duplicate, invalid, notSupported, required } from '../status/field-error.ts';
import type { FieldError } from '../status/field-error.ts';
import type { Strategy, StrategyContext } from './definition.ts';
import { fill } from './pod-defaults.ts';

type Part = Record<string, any>;

export const CLEANUP_FINALIZER = 'customresourcecleanup.apiextensions.k8s.io';

interface Condition {
  type: string;
  status: string;
  reason: string;
  message: string;
  lastTransitionTime?: string;
}

function defaults(crd: ApiObject): void {
  const spec = (crd['spec'] ??= {});
  const names = (spec.names ??= {});
  if (names.kind) fill(names, { singular: String(names.kind).toLowerCase(), listKind: `${names.kind}List` });
  fill(spec, { conversion: { strategy: 'None' } });
}

/** The names of another definition of the same group that this one would take as well. */
function nameConflict(crd: ApiObject, context: StrategyContext): string | undefined {
  const { group, names } = crd['spec'];
  for (const other of context.list('customresourcedefinitions.apiextensions.k8s.io')) {
    if (other.metadata.name === crd.metadata.name || other['spec'].group !== group) continue;
    const taken: Part = other['spec'].names;
    const words = new Set<string>([taken['plural'], taken['singular'], ...(taken['shortNames'] ?? [])]);
    const clash = [names.plural, names.singular, ...(names.shortNames ?? [])].find((name: string) => words.has(name));
    if (clash !== undefined) return `"${clash}" is already in use`;
    if (taken['kind'] === names.kind) return `"${names.kind}" is already in use`;
  }
  return undefined;
}

/** Names are accepted, and the definition established, while it is stored: nobody has to wait for it. */
function establish(crd: ApiObject, context: StrategyContext): void {
  const { names, versions } = crd['spec'];
  const conflict = nameConflict(crd, context);
  const status: Part = crd['status'] ?? {};
  const conditions: Condition[] = status['conditions'] ?? [];
  const wanted: Condition[] = conflict
    ? [
        { type: 'NamesAccepted', status: 'False', reason: 'Conflict', message: conflict },
        { type: 'Established', status: 'False', reason: 'NotAccepted', message: 'not all names are accepted' },
      ]
    : [
        { type: 'NamesAccepted', status: 'True', reason: 'NoConflicts', message: 'no conflicts found' },
        {
          type: 'Established',
          status: 'True',
          reason: 'InitialNamesAccepted',
          message: 'the initial names have been accepted',
        },
      ];
  const next = wanted.map((condition) => {
    const old = conditions.find(({ type, status: state }) => type === condition.type && state === condition.status);
    return old ?? { lastTransitionTime: now(), ...condition };
  });
  const storage: string = (versions as Part[]).find((version) => version['storage'])?.['name'] ?? '';
  crd['status'] = {
    ...status,
    acceptedNames: conflict ? { plural: '', kind: '' } : names,
    conditions: [...next, ...conditions.filter(({ type }) => !wanted.some((condition) => condition.type === type))],
    storedVersions: [...new Set([...((status['storedVersions'] ?? []) as string[]), storage])].filter(
      (version) => version !== '',
    ),
  };
}

function validate(crd: ApiObject, _context: StrategyContext, old?: ApiObject): FieldError[] {
  const spec: Part = crd['spec'];
  const names: Part = spec['names'];
  const faults: FieldError[] = [];
  if (crd.metadata.name !== `${names['plural']}.${spec['group']}`) {
    faults.push(invalid('metadata.name', crd.metadata.name, 'must be spec.names.plural+"."+spec.group'));
  }
  if (!spec['group']) faults.push(required('spec.group'));
  else {
    faults.push(...subdomainFaults(spec['group']).map((fault) => invalid('spec.group', spec['group'], fault)));
    if (!String(spec['group']).includes('.'))
      faults.push(invalid('spec.group', spec['group'], 'should be a domain with at least one dot'));
  }
  const scopes = ['Cluster', 'Namespaced'];
  if (!spec['scope']) faults.push(required('spec.scope'));
  else if (!scopes.includes(spec['scope'])) faults.push(notSupported('spec.scope', spec['scope'], scopes));
  faults.push(...nameFaults(names), ...versionFaults(spec));
  if (!old) return faults;
  const fixed: [string, unknown, unknown][] = [
    ['spec.scope', old['spec'].scope, spec['scope']],
    ['spec.names.kind', old['spec'].names.kind, names['kind']],
    ['spec.group', old['spec'].group, spec['group']],
    ['spec.names.plural', old['spec'].names.plural, names['plural']],
  ];
  return [
    ...faults,
    ...fixed
      .filter(([, before, after]) => before !== after)
      .map(([field, , after]) => invalid(field, String(after ?? ''), 'field is immutable')),
  ];
}

function nameFaults(names: Part): FieldError[] {
  const faults: FieldError[] = [];
  for (const key of ['plural', 'singular', 'kind', 'listKind']) {
    const value: unknown = names[key];
    if (typeof value !== 'string' || value === '') {
      if (key !== 'singular') faults.push(required(`spec.names.${key}`));
    } else
      faults.push(
        ...serviceNameFaults(value.toLowerCase()).map((fault) =>
          invalid(
            `spec.names.${key}`,
            value,
            key.toLowerCase().endsWith('kind') ? `may have mixed case, but should otherwise match: ${fault}` : fault,
          ),
        ),
      );
  }
  for (const key of ['shortNames', 'categories']) {
    ((names[key] ?? []) as string[]).forEach((name, i) =>
      faults.push(...serviceNameFaults(name).map((fault) => invalid(`spec.names.${key}[${i}]`, name, fault))),
    );
  }
  if (names['kind'] && names['kind'] === names['listKind'])
    faults.push(invalid('spec.names.listKind', names['listKind'], 'kind and listKind may not be the same'));
  return faults;
}

function versionFaults(spec: Part): FieldError[] {
  const versions: Part[] = spec['versions'] ?? [];
  const faults: FieldError[] = [];
  if (versions.length === 0)
    return [required('spec.versions', 'must have exactly one version marked as storage version')];
  const seen = new Set<string>();
  versions.forEach((version, i) => {
    const field = `spec.versions[${i}]`;
    const name = String(version['name'] ?? '');
    if (seen.has(name)) faults.push(duplicate(`${field}.name`, name));
    seen.add(name);
    faults.push(...labelFaults(name).map((fault) => invalid(`${field}.name`, name, fault)));
    const schema = version['schema']?.openAPIV3Schema as Schema | undefined;
    if (schema === undefined) faults.push(required(`${field}.schema.openAPIV3Schema`, 'schemas are required'));
    else faults.push(...structuralSchemaFaults(schema, `${field}.schema.openAPIV3Schema`));
  });
  if (versions.filter((version) => version['storage']).length !== 1) {
    faults.push(invalid('spec.versions', versions as never, 'must have exactly one version marked as storage version'));
  }
  const strategy: unknown = spec['conversion']?.strategy;
  // Conversion webhooks are not called by this server; a definition that needs one is refused rather than served wrongly.
  if (strategy !== 'None') faults.push(notSupported('spec.conversion.strategy', String(strategy), ['None']));
  return faults;
}

export const crdStrategy: Strategy = {
  generation: true,
  nameRule: 'subdomain',
  defaults,
  prepareCreate(crd, context) {
    crd['status'] = {};
    crd.metadata.finalizers = [...new Set([...(crd.metadata.finalizers ?? []), CLEANUP_FINALIZER])];
    if (Array.isArray(crd['spec'].versions)) establish(crd, context);
  },
  prepareUpdate(crd, _old, context) {
    if (Array.isArray(crd['spec'].versions)) establish(crd, context);
  },
  validate,
};
