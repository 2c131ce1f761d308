import type { Resource, ServedVersion } from '../resources/definition.ts';

interface SubresourceEntry {
  readonly name: string;
  readonly kind: string;
  readonly responseGroup: string;
  readonly responseVersion: string;
  readonly verbs: readonly string[];
}

/** Kinds and verbs of the subresources that are no view of the object itself. */
const special: Readonly<Record<string, Omit<SubresourceEntry, 'name'>>> = {
  log: { kind: 'Pod', responseGroup: '', responseVersion: 'v1', verbs: ['get'] },
  exec: { kind: 'PodExecOptions', responseGroup: '', responseVersion: 'v1', verbs: ['create', 'get'] },
  attach: { kind: 'PodAttachOptions', responseGroup: '', responseVersion: 'v1', verbs: ['create', 'get'] },
  binding: { kind: 'Binding', responseGroup: '', responseVersion: 'v1', verbs: ['create'] },
  eviction: { kind: 'Eviction', responseGroup: 'policy', responseVersion: 'v1', verbs: ['create'] },
  token: { kind: 'TokenRequest', responseGroup: 'authentication.k8s.io', responseVersion: 'v1', verbs: ['create'] },
  scale: { kind: 'Scale', responseGroup: 'autoscaling', responseVersion: 'v1', verbs: ['get', 'patch', 'update'] },
  finalize: { kind: 'Namespace', responseGroup: '', responseVersion: 'v1', verbs: ['update'] },
};

export const subresourceEntries = (
  { group, kind }: Resource,
  { name: version, subresources }: ServedVersion,
): SubresourceEntry[] =>
  [...subresources].map((name) => ({
    name,
    ...(special[name] ?? { kind, responseGroup: group, responseVersion: version, verbs: ['get', 'patch', 'update'] }),
  }));
