import type { ApiObject, Metadata } from '../object.ts';
import type { Resource } from '../resources/definition.ts';
import {
  labelFaults,
  labelValueFaults,
  pathSegmentFaults,
  qualifiedNameFaults,
  serviceNameFaults,
  subdomainFaults,
} from '../schema/names.ts';
import { duplicate, forbidden, invalid, required, tooLong } from '../status/field-error.ts';
import type { FieldError } from '../status/field-error.ts';

const nameFaults: Record<NonNullable<Resource['strategy']['nameRule']>, (name: string) => string[]> = {
  subdomain: subdomainFaults,
  label: labelFaults,
  service: serviceNameFaults,
  path: pathSegmentFaults,
  any: () => [],
};

/** All annotations of an object together, in bytes. */
const MAX_ANNOTATIONS = 256 * 1024;

/** Faults of metadata that any object can have (k8s.io/apimachinery/pkg/api/validation). */
export function metadataFaults(resource: Resource, metadata: Metadata): FieldError[] {
  const faults: FieldError[] = [];
  const rule = nameFaults[resource.strategy.nameRule ?? 'subdomain'];
  if (!metadata.name) faults.push(required('metadata.name', 'name or generateName is required'));
  else faults.push(...rule(metadata.name).map((fault) => invalid('metadata.name', metadata.name, fault)));
  for (const [key, value] of Object.entries(metadata.labels ?? {})) {
    faults.push(...qualifiedNameFaults(key).map((fault) => invalid('metadata.labels', key, fault)));
    faults.push(...labelValueFaults(value).map((fault) => invalid('metadata.labels', value, fault)));
  }
  let size = 0;
  for (const [key, value] of Object.entries(metadata.annotations ?? {})) {
    faults.push(...qualifiedNameFaults(key.toLowerCase()).map((fault) => invalid('metadata.annotations', key, fault)));
    size += Buffer.byteLength(key) + Buffer.byteLength(value);
  }
  if (size > MAX_ANNOTATIONS) faults.push(tooLong('metadata.annotations', MAX_ANNOTATIONS));
  return [...faults, ...finalizerFaults(metadata, isCore(resource)), ...ownerFaults(metadata)];
}

const bareFinalizers = new Set(['orphan', 'foregroundDeletion', 'kubernetes']);

/** Kinds of Kubernetes itself also ask for a domain; custom resources and their definitions do not. */
const isCore = ({ builtin, group }: Resource): boolean => builtin && group !== 'apiextensions.k8s.io';

function finalizerFaults({ finalizers = [] }: Metadata, core: boolean): FieldError[] {
  const faults = finalizers.flatMap((finalizer) => {
    const wrong = qualifiedNameFaults(finalizer).map((fault) => invalid('metadata.finalizers', finalizer, fault));
    if (wrong.length > 0 || !core || finalizer.includes('/') || bareFinalizers.has(finalizer)) return wrong;
    return [
      invalid('metadata.finalizers', finalizer, 'name is neither a standard finalizer name nor is it fully qualified'),
    ];
  });
  if (finalizers.includes('orphan') && finalizers.includes('foregroundDeletion')) {
    faults.push(
      invalid('metadata.finalizers', finalizers, 'finalizer orphan and foregroundDeletion cannot be both set'),
    );
  }
  return faults;
}

function ownerFaults({ ownerReferences = [] }: Metadata): FieldError[] {
  const faults: FieldError[] = [];
  let controller = '';
  ownerReferences.forEach((owner, i) => {
    const field = `metadata.ownerReferences[${i}]`;
    if (!owner.apiVersion)
      faults.push(invalid(`${field}.apiVersion`, owner.apiVersion ?? '', 'version must not be empty'));
    if (!owner.kind) faults.push(invalid(`${field}.kind`, '', 'must not be empty'));
    if (!owner.name) faults.push(invalid(`${field}.name`, '', 'must not be empty'));
    if (!owner.uid) faults.push(invalid(`${field}.uid`, '', 'must not be empty'));
    if (!owner.controller) return;
    if (controller !== '') {
      const why = `Only one reference can have Controller set to true. Found "true" in references for ${controller} and ${owner.kind}/${owner.name}`;
      faults.push(invalid('metadata.ownerReferences', null, why));
    }
    controller = `${owner.kind}/${owner.name}`;
  });
  return faults;
}

/** Faults of a change of metadata. */
export function metadataUpdateFaults(object: ApiObject, old: ApiObject): FieldError[] {
  const faults: FieldError[] = [];
  if (object.metadata.deletionTimestamp === undefined || old.metadata.deletionTimestamp === undefined) return faults;
  const before = new Set(old.metadata.finalizers);
  const added = (object.metadata.finalizers ?? []).filter((finalizer) => !before.has(finalizer));
  if (added.length > 0) {
    const list = `[]string{${added.map((finalizer) => `"${finalizer}"`).join(', ')}}`;
    faults.push(
      forbidden(
        'metadata.finalizers',
        `no new finalizers can be added if the object is being deleted, found new finalizers ${list}`,
      ),
    );
  }
  return faults;
}

/** Elements of a list that have the same key. */
export function duplicateFaults(field: string, values: readonly string[], child = ''): FieldError[] {
  const seen = new Set<string>();
  return values.flatMap((value, i) => {
    if (!seen.has(value)) {
      seen.add(value);
      return [];
    }
    return [duplicate(`${field}[${i}]${child}`, value)];
  });
}
