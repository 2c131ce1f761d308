const compiled = new Map<string, RegExp>();

/** A regular expression in Go's syntax, as far as JavaScript's differs: leading flags such as `(?i)`. Throws what RegExp throws. */
export function goRegExp(source: string): RegExp {
  let found = compiled.get(source);
  if (!found) {
    const [, flags = '', rest = source] = /^\(\?([ims]+)\)(.*)$/s.exec(source) ?? [];
    try {
      found = new RegExp(rest, `${flags}u`);
    } catch {
      // Escapes that are needless, and so allowed in Go, are errors in unicode mode.
      found = new RegExp(rest, flags);
    }
    compiled.set(source, found);
  }
  return found;
}
