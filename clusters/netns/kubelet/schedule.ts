import { requirementHolds, selectorMatches } from '../../../agent/api/label-selector.ts';
import type { SelectorRequirement } from '../../../agent/api/label-selector.ts';
import type { Node, Pod, Taint, Toleration } from './objects.ts';

export type Placement = { readonly node: string } | { readonly node: null; readonly message: string };

/** Chooses a node for a pod: what it asks for must hold, then the node with the fewest pods, then the name. */
export function schedule(pod: Pod, nodes: readonly Node[], podsOnNode: ReadonlyMap<string, number>): Placement {
  const refusals = new Map<string, number>();
  const fitting: string[] = [];
  for (const node of nodes) {
    const refusal = refusalOf(pod, node);
    if (refusal === null) fitting.push(node.metadata.name ?? '');
    else refusals.set(refusal, (refusals.get(refusal) ?? 0) + 1);
  }
  fitting.sort((a, b) => (podsOnNode.get(a) ?? 0) - (podsOnNode.get(b) ?? 0) || a.localeCompare(b));
  const [best] = fitting;
  if (best !== undefined) return { node: best };
  const reasons = [...refusals].map(([reason, count]) => `${count} ${reason}`).sort();
  // The wording of kube-scheduler's FitError, which users know.
  return {
    node: null,
    message: `0/${nodes.length} nodes are available: ${reasons.join(', ') || 'no nodes registered'}.`,
  };
}

function refusalOf(pod: Pod, node: Node): string | null {
  const { spec } = pod;
  const labels = node.metadata.labels ?? {};
  if (node.spec?.unschedulable === true) return 'node(s) were unschedulable';
  const ready = node.status?.conditions?.find((condition) => condition.type === 'Ready');
  if (ready?.status !== 'True') return 'node(s) were not ready';
  const taint = (node.spec?.taints ?? []).find(
    (one) => one.effect !== 'PreferNoSchedule' && !tolerated(one, spec.tolerations),
  );
  if (taint) return `node(s) had untolerated taint {${taint.key}: ${taint.value ?? ''}}`;
  if (!selectorMatches({ matchLabels: spec.nodeSelector ?? {} }, labels))
    return "node(s) didn't match Pod's node affinity/selector";
  const terms = spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms;
  if (terms && !terms.some((term) => termMatches(term, node, labels)))
    return "node(s) didn't match Pod's node affinity/selector";
  return null;
}

function termMatches(
  term: {
    matchExpressions?: SelectorRequirement[];
    matchFields?: SelectorRequirement[];
  },
  node: Node,
  labels: Readonly<Record<string, string>>,
): boolean {
  const fields = { 'metadata.name': node.metadata.name ?? '' };
  const expressions = term.matchExpressions ?? [];
  const byFields = term.matchFields ?? [];
  // A term without requirements matches nothing (k8s.io/component-helpers nodeaffinity).
  if (expressions.length + byFields.length === 0) return false;
  return (
    expressions.every((requirement) => requirementHolds(requirement, labels)) &&
    byFields.every((requirement) => requirementHolds(requirement, fields))
  );
}

export function tolerated(taint: Taint, tolerations: readonly Toleration[] = []): boolean {
  return tolerations.some(
    (toleration) =>
      (toleration.effect === undefined || toleration.effect === '' || toleration.effect === taint.effect) &&
      (toleration.operator === 'Exists'
        ? toleration.key === undefined || toleration.key === '' || toleration.key === taint.key
        : toleration.key === taint.key && (toleration.value ?? '') === (taint.value ?? '')),
  );
}
