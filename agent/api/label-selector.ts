import type { ValueOf } from './schema.ts';

const labelValue = { type: 'string', pattern: '^(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?$' } as const;

export const labelSelectorSchema = {
  type: 'object',
  properties: {
    matchExpressions: {
      type: 'array',
      items: {
        type: 'object',
        properties: {
          key: { type: 'string' },
          operator: { type: 'string', enum: ['In', 'NotIn', 'Exists', 'DoesNotExist'] },
          values: { type: 'array', items: labelValue },
        },
      },
    },
    matchLabels: { type: 'object', additionalProperties: labelValue },
  },
} as const;

export type LabelSelector = ValueOf<typeof labelSelectorSchema>;
export type SelectorRequirement = NonNullable<LabelSelector['matchExpressions']>[number];
type Labels = Readonly<Record<string, string>>;

/** Whether all requirements of the selector hold; an empty selector matches everything. */
export function selectorMatches(selector: LabelSelector, labels: Labels = {}): boolean {
  const exact = Object.entries(selector.matchLabels ?? {}).every(([key, value]) => labels[key] === value);
  return exact && (selector.matchExpressions ?? []).every((requirement) => requirementHolds(requirement, labels));
}

/** Whether one requirement of a selector holds. */
export function requirementHolds({ key = '', operator, values = [] }: SelectorRequirement, labels: Labels): boolean {
  const value = labels[key];
  switch (operator) {
    case 'In':
      return value !== undefined && values.includes(value);
    case 'NotIn':
      // An absent label is not in the set: labels.Requirement.Matches of apimachinery.
      return value === undefined || !values.includes(value);
    case 'Exists':
      return value !== undefined;
    case 'DoesNotExist':
      return value === undefined;
    default:
      return false;
  }
}

/** A qualified name: an optional DNS subdomain and a slash, and a name of at most 63 characters. */
const labelKey = /^([a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?\/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/;

/**
 * What makes a selector none, though its schema is right; null when nothing does. Kubernetes refuses such selectors where
 * it validates them itself; a NotIn without values would select everything.
 */
export function selectorProblem({ matchLabels = {}, matchExpressions = [] }: LabelSelector): string | null {
  const keys = [...Object.keys(matchLabels), ...matchExpressions.map(({ key = '' }) => key)];
  const wrongKey = keys.find((key) => !labelKey.test(key));
  if (wrongKey !== undefined) return `"${wrongKey}" is no key of a label`;
  for (const { key, operator, values = [] } of matchExpressions) {
    if (operator === undefined) return `the requirement on ${key} has no operator`;
    const isSet = operator === 'In' || operator === 'NotIn';
    if (isSet && values.length === 0) return `operator ${operator} on ${key} needs values`;
    if (!isSet && values.length > 0) return `operator ${operator} on ${key} takes no values`;
  }
  return null;
}
