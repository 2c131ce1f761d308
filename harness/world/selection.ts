import type { Labels, Requirement, Selection } from '../adapter/adapter.ts';

interface OfPods {
  readonly pods?: Labels;
  readonly podsMatching?: readonly Requirement[];
  readonly onNodes?: Labels;
}

/** Which pods, in the names of the case. */
export type Of =
  | (OfPods & { readonly namespace: string })
  | (OfPods & { readonly namespaces: readonly string[] })
  | (OfPods & { readonly namespaceLabels: Labels })
  | { readonly pods: Labels }
  /** Pods whose addresses are in one of these CIDRs. */
  | { readonly addresses: readonly string[] }
  | 'everything'
  | 'empty';

/** The label that every namespace has, with its own name as the value. */
const nameLabel = 'kubernetes.io/metadata.name';

/** The same in the names of the cluster. */
export function selectionOf(of: Of, realName: (namespace: string) => string): Selection {
  if (of === 'everything' || of === 'empty') return of;
  if ('namespace' in of) {
    const { namespace, ...pods } = of;
    return { namespaces: { [nameLabel]: realName(namespace) }, ...pods };
  }
  if ('namespaces' in of) {
    const { namespaces, ...pods } = of;
    return { namespacesMatching: [{ key: nameLabel, operator: 'In', values: namespaces.map(realName) }], ...pods };
  }
  if ('namespaceLabels' in of) {
    const { namespaceLabels, ...pods } = of;
    return { namespaces: namespaceLabels, ...pods };
  }
  return of;
}
