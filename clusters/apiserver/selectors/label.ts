import { badRequest } from '../status/api-error.ts';

type Operator = 'in' | 'notin' | '=' | '!=' | 'exists' | '!' | 'gt' | 'lt';
interface Requirement {
  readonly key: string;
  readonly operator: Operator;
  readonly values: readonly string[];
}

export type LabelMatch = (labels: Readonly<Record<string, string>> | undefined) => boolean;

const symbols = ['!=', '==', '=', '>', '<', '(', ')', ',', '!'] as const;
const labelValue = /^(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?$/;
const qualifiedName = /^([a-z0-9]([-a-z0-9.]*[a-z0-9])?\/)?([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]$/;

/** Parses the labelSelector grammar of k8s.io/apimachinery/pkg/labels; throws a 400. */
export function parseLabelSelector(text: string): LabelMatch {
  const requirements = new LabelParser(text).parse();
  return (labels) => requirements.every((requirement) => meets(requirement, labels ?? {}));
}

function meets({ key, operator, values }: Requirement, labels: Readonly<Record<string, string>>): boolean {
  const value = Object.hasOwn(labels, key) ? labels[key] : undefined;
  if (operator === '!') return value === undefined;
  if (operator === 'notin' || operator === '!=') return value === undefined || !values.includes(value);
  if (value === undefined) return false;
  if (operator === 'exists') return true;
  if (operator === 'gt') return Number(value) > Number(values[0]);
  if (operator === 'lt') return Number(value) < Number(values[0]);
  return values.includes(value);
}

class LabelParser {
  readonly #tokens: string[];
  #position = 0;

  constructor(text: string) {
    this.#tokens = tokenize(text);
  }

  parse(): Requirement[] {
    const requirements: Requirement[] = [];
    if (this.#tokens.length === 0) return requirements;
    for (;;) {
      requirements.push(this.#requirement());
      const next = this.#take();
      if (next === undefined) return requirements;
      if (next !== ',') throw this.#error(`found '${next}', expected: ',' or 'end of string'`);
      if (this.#peek() === undefined) throw this.#error("found '', expected: identifier after ','");
    }
  }

  #requirement(): Requirement {
    const negated = this.#peek() === '!';
    if (negated) this.#take();
    const key = this.#take() ?? '';
    if (isSymbol(key) || key === '') throw this.#error(`found '${key}', expected: !, identifier, or 'end of string'`);
    if (!qualifiedName.test(key))
      throw this.#error(
        `key: Invalid value: "${key}": name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')`,
      );
    if (negated) return { key, operator: '!', values: [] };
    const next = this.#peek();
    if (next === undefined || next === ',') return { key, operator: 'exists', values: [] };
    this.#take();
    if (next === 'in' || next === 'notin') return { key, operator: next, values: this.#set() };
    if (next === '=' || next === '==' || next === '!=')
      return { key, operator: next === '!=' ? '!=' : '=', values: [this.#value()] };
    if (next === '>' || next === '<') {
      const value = this.#value();
      if (!/^-?\d+$/.test(value))
        throw this.#error(
          `values[0]: Invalid value: "${value}": for 'Gt', 'Lt' operators, the value must be an integer`,
        );
      return { key, operator: next === '>' ? 'gt' : 'lt', values: [value] };
    }
    throw this.#error(`found '${next}', expected: in, notin, =, ==, !=, gt, lt`);
  }

  #value(): string {
    const next = this.#peek();
    if (next === undefined || next === ',') return '';
    this.#take();
    return this.#checked(next);
  }

  #set(): string[] {
    const open = this.#take();
    if (open !== '(') throw this.#error(`found '${open ?? ''}' expected: '('`);
    const values: string[] = [];
    let expectValue = true;
    for (;;) {
      const token = this.#take();
      if (token === undefined) throw this.#error("found '', expected: ',', ')' or identifier");
      if (token === ')') {
        if (expectValue) values.push('');
        return values;
      }
      if (token === ',') {
        if (expectValue) values.push('');
        expectValue = true;
      } else {
        if (!expectValue) throw this.#error(`found '${token}', expected: ',' or ')'`);
        values.push(this.#checked(token));
        expectValue = false;
      }
    }
  }

  #checked(value: string): string {
    if (isSymbol(value)) throw this.#error(`found '${value}', expected: identifier`);
    if (!labelValue.test(value) || value.length > 63)
      throw this.#error(
        `values[0][]: Invalid value: "${value}": a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')`,
      );
    return value;
  }

  #peek(): string | undefined {
    return this.#tokens[this.#position];
  }

  #take(): string | undefined {
    const token = this.#tokens[this.#position];
    this.#position += 1;
    return token;
  }

  #error(why: string): Error {
    return badRequest(`unable to parse requirement: ${why}`);
  }
}

const isSymbol = (token: string): boolean => (symbols as readonly string[]).includes(token);

function tokenize(text: string): string[] {
  const tokens: string[] = [];
  let rest = text.trimStart();
  while (rest.length > 0) {
    const symbol = symbols.find((candidate) => rest.startsWith(candidate));
    const token = symbol ?? /^[^\s=!<>(),]+/.exec(rest)?.[0] ?? rest;
    tokens.push(token);
    rest = rest.slice(token.length).trimStart();
  }
  return tokens;
}

/** metav1.LabelSelector as objects carry it (services, webhooks). */
export function matchesLabelSelector(selector: unknown, labels: Readonly<Record<string, string>> | undefined): boolean {
  const { matchLabels = {}, matchExpressions = [] } = (selector ?? {}) as {
    matchLabels?: Record<string, string>;
    matchExpressions?: { key: string; operator: string; values?: string[] }[];
  };
  const operators: Record<string, Operator> = { In: 'in', NotIn: 'notin', Exists: 'exists', DoesNotExist: '!' };
  return (
    Object.entries(matchLabels).every(([key, value]) => labels?.[key] === value) &&
    matchExpressions.every(({ key, operator, values }) =>
      meets({ key, operator: operators[operator] ?? 'in', values: values ?? [] }, labels ?? {}),
    )
  );
}
