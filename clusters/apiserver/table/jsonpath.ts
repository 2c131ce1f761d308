import { isObject } from '../schema/types.ts';
import type { Json } from '../schema/types.ts';

type Step = (values: readonly Json[]) => Json[];

/**
 * Compiles the JSONPath of a printer column (k8s.io/client-go/util/jsonpath): names, quoted names, indexes, slices,
 * wildcards, and filters that compare. Throws what cannot be understood.
 */
export function compileJsonPath(path: string): (root: Json) => Json[] {
  const steps: Step[] = [];
  let rest = path
    .trim()
    .replace(/^\{(.*)\}$/s, '$1')
    .replace(/^\$/, '');
  while (rest !== '') {
    const name = /^\.?((?:[^.[\]\\\s]|\\.)+)/.exec(rest);
    const bracket = /^\.?\[((?:'[^']*'|"[^"]*"|[^[\]'"])+)\]/.exec(rest);
    if (bracket) {
      steps.push(bracketStep(bracket[1] ?? ''));
      rest = rest.slice(bracket[0].length);
    } else if (name) {
      steps.push(nameStep((name[1] ?? '').replace(/\\(.)/g, '$1')));
      rest = rest.slice(name[0].length);
    } else if (rest === '.') break;
    else throw new Error(`cannot parse the JSONPath ${path} at ${rest}`);
  }
  return (root) => steps.reduce<Json[]>((values, step) => step(values), [root]);
}

function nameStep(name: string): Step {
  if (name === '*') return all;
  return (values) =>
    values.flatMap((value) => {
      const member = isObject(value) && Object.hasOwn(value, name) ? value[name] : undefined;
      return member === undefined ? [] : [member];
    });
}

const all: Step = (values) =>
  values.flatMap((value) => (Array.isArray(value) ? value : isObject(value) ? Object.values(value) : []));

function bracketStep(content: string): Step {
  const quoted = /^(?:'(.*)'|"(.*)")$/.exec(content);
  if (quoted) return nameStep(quoted[1] ?? quoted[2] ?? '');
  if (content === '*') return all;
  const filter = /^\?\((.*)\)$/.exec(content);
  if (filter) return filterStep(filter[1] ?? '');
  const slice = /^(-?\d*)(?::(-?\d*))?$/.exec(content);
  if (!slice) throw new Error(`cannot parse [${content}] in a JSONPath`);
  const [, from = '', to] = slice;
  return (values) =>
    values.flatMap((value) => {
      if (!Array.isArray(value)) return [];
      if (to !== undefined) return value.slice(Number(from), to === '' ? undefined : Number(to));
      const item = value.at(Number(from));
      return item === undefined ? [] : [item];
    });
}

const comparisons: Readonly<Record<string, (a: any, b: any) => boolean>> = {
  '==': (a, b) => a === b,
  '!=': (a, b) => a !== b,
  '<=': (a, b) => a <= b,
  '>=': (a, b) => a >= b,
  '<': (a, b) => a < b,
  '>': (a, b) => a > b,
};

function filterStep(expression: string): Step {
  const [, left = '', operator, right = ''] = /^\s*@(.*?)\s*(?:(==|!=|<=|>=|<|>)\s*(.*?))?\s*$/.exec(expression) ?? [];
  const read = compileJsonPath(left);
  const literal = /^(['"])(.*)\1$/.exec(right);
  const wanted: Json = literal ? (literal[2] ?? '') : right === '' ? null : (JSON.parse(right) as Json);
  const compare = operator === undefined ? undefined : comparisons[operator];
  return (values) =>
    all(values).filter((item) => {
      const found = read(item);
      return compare ? found.some((value) => compare(value, wanted)) : found.length > 0;
    });
}
