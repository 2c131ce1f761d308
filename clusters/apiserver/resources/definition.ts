import type { ApiObject } from '../object.ts';
import type { SelectableFields } from '../selectors/field.ts';
import type { Schema } from '../schema/types.ts';
import type { FieldError } from '../status/field-error.ts';
import type { Column } from '../table/column.ts';

/** What a hook may ask of the rest of the API server. */
export interface StrategyContext {
  /** Objects of another resource, by `group/plural` as in Resource.storage. */
  list(storage: string): Iterable<ApiObject>;
  find(storage: string, namespace: string | undefined, name: string): ApiObject | undefined;
  /** Ranges of cluster addresses, one a family, the primary one first. */
  readonly serviceCIDRs: readonly string[];
  readonly dryRun: boolean;
}

/** What a resource does beyond storing what it is given. Hooks may change the object that is being written. */
export interface Strategy {
  /** Which names are allowed; `subdomain` unless told. */
  readonly nameRule?: 'subdomain' | 'label' | 'service' | 'path' | 'any';
  /** metadata.generation counts changes of everything but metadata and status. */
  readonly generation?: boolean;
  /** PUT creates what is not there. */
  readonly createOnUpdate?: boolean;
  readonly fields?: SelectableFields;
  /** Fills in defaults; on every decode, as the real server does. */
  defaults?(object: ApiObject): void;
  prepareCreate?(object: ApiObject, context: StrategyContext): void;
  prepareUpdate?(object: ApiObject, old: ApiObject, context: StrategyContext): void;
  validate?(object: ApiObject, context: StrategyContext, old?: ApiObject): FieldError[];
  /** Seconds of grace that a deletion gets when nobody says; undefined: deleted at once. */
  grace?(object: ApiObject): number | undefined;
}

/** One version of a resource as it is served. */
export interface ServedVersion {
  readonly name: string;
  readonly schema: Schema;
  readonly subresources: ReadonlySet<string>;
  readonly columns: readonly Column[];
  /** Between the stored form and this version's, where they differ in more than apiVersion. */
  readonly decode?: (object: ApiObject) => ApiObject;
  readonly encode?: (object: ApiObject) => ApiObject;
  readonly deprecationWarning?: string;
}

/** A resource: a built-in one or one that a CustomResourceDefinition declares. Everything else treats them alike. */
export interface Resource {
  readonly group: string;
  readonly plural: string;
  readonly singular: string;
  readonly kind: string;
  readonly listKind: string;
  readonly shortNames: readonly string[];
  readonly categories: readonly string[];
  readonly namespaced: boolean;
  /** Name of the collection that holds it; two resources may share one (events). */
  readonly storage: string;
  readonly versions: readonly ServedVersion[];
  /** False for custom resources: no strategic merge patch, strict status isolation, schema faults are 422. */
  readonly builtin: boolean;
  readonly verbs: readonly string[];
  readonly strategy: Strategy;
}

export const ALL_VERBS = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'] as const;

/** `v1` or `apps/v1`. */
export const groupVersion = (group: string, version: string): string =>
  group === '' ? version : `${group}/${version}`;

/** Key of an object in its collection. */
export const objectKey = (namespace: string | undefined, name: string): string =>
  namespace === undefined ? name : `${namespace}/${name}`;
