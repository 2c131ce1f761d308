import type { Json } from '../schema/types.ts';

/** A string as Go's %q writes it. */
export function goQuote(text: string): string {
  return JSON.stringify(text).replace(
    /[\u007f-\u009f\u2028\u2029]/g,
    (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** A decoded JSON value as field errors of Kubernetes print it: %q for strings, %v for scalars, %#v for the rest. */
export function goValue(value: Json | undefined): string {
  if (value === undefined || value === null) return 'null';
  if (typeof value === 'string') return goQuote(value);
  if (typeof value === 'object') return goSyntax(value);
  return String(value);
}

/** %#v of unstructured content. */
function goSyntax(value: Json): string {
  if (value === null) return 'interface {}(nil)';
  if (typeof value === 'string') return goQuote(value);
  if (Array.isArray(value)) return `[]interface {}{${value.map(goSyntax).join(', ')}}`;
  if (typeof value === 'object') {
    const members = Object.keys(value)
      .toSorted()
      .map((key) => `${goQuote(key)}:${goSyntax(value[key] ?? null)}`);
    return `map[string]interface {}{${members.join(', ')}}`;
  }
  return String(value);
}
