import type { ApiObject } from '../object.ts';
import type { Json, Schema } from '../schema/types.ts';
import { customColumns } from '../table/custom-columns.ts';
import type { PrinterColumn } from '../table/custom-columns.ts';
import { compileJsonPath } from '../table/jsonpath.ts';
import type { SelectableFields } from '../selectors/field.ts';
import { ALL_VERBS } from './definition.ts';
import type { Resource, ServedVersion } from './definition.ts';

interface CrdVersion {
  name: string;
  served: boolean;
  storage: boolean;
  deprecated?: boolean;
  deprecationWarning?: string;
  schema?: { openAPIV3Schema?: Schema };
  subresources?: { status?: object };
  additionalPrinterColumns?: PrinterColumn[];
  selectableFields?: { jsonPath: string }[];
}

/** The resource that a CustomResourceDefinition declares. */
export function customResource(crd: ApiObject): Resource {
  const { group, names, scope, versions } = crd['spec'] as {
    group: string;
    names: {
      plural: string;
      singular: string;
      kind: string;
      listKind: string;
      shortNames?: string[];
      categories?: string[];
    };
    scope: string;
    versions: CrdVersion[];
  };
  const served = versions.filter((version) => version.served).toSorted((a, b) => byPriority(a.name, b.name));
  return {
    group,
    plural: names.plural,
    singular: names.singular,
    kind: names.kind,
    listKind: names.listKind,
    shortNames: names.shortNames ?? [],
    categories: names.categories ?? [],
    namespaced: scope === 'Namespaced',
    storage: crd.metadata.name,
    builtin: false,
    verbs: ALL_VERBS,
    strategy: { generation: true, fields: selectable(versions) },
    versions: served.map((version) => servedVersion(version, group, names.kind)),
  };
}

function servedVersion(version: CrdVersion, group: string, kind: string): ServedVersion {
  const warning = version.deprecationWarning ?? `${group}/${version.name} ${kind} is deprecated`;
  return {
    name: version.name,
    schema: version.schema?.openAPIV3Schema ?? {},
    subresources: new Set(version.subresources?.status ? ['status'] : []),
    columns: customColumns(version.additionalPrinterColumns),
    ...(version.deprecated ? { deprecationWarning: warning } : {}),
  };
}

function selectable(versions: readonly CrdVersion[]): SelectableFields {
  const paths = versions.flatMap(({ selectableFields }) => selectableFields ?? []).map(({ jsonPath }) => jsonPath);
  return Object.fromEntries(
    paths.map((path) => {
      const read = compileJsonPath(path);
      return [path.replace(/^\./, ''), (object: ApiObject) => String(read(object as unknown as Json)[0] ?? '')];
    }),
  );
}

/** v10 before v2 before v2beta1 before v1alpha1, as discovery prefers versions. */
function byPriority(a: string, b: string): number {
  const parse = (name: string): [number, number, number] => {
    const match = /^v(\d+)(?:(alpha|beta)(\d+))?$/.exec(name);
    if (!match) return [-1, 0, 0];
    const stage = match[2] === undefined ? 2 : match[2] === 'beta' ? 1 : 0;
    return [stage, Number(match[1]), Number(match[3] ?? 0)];
  };
  const [left, right] = [parse(a), parse(b)];
  for (let i = 0; i < 3; i += 1) if (left[i] !== right[i]) return (right[i] ?? 0) - (left[i] ?? 0);
  return a < b ? -1 : 1;
}
