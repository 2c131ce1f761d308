import { at } from '../object.ts';
import type { ApiObject } from '../object.ts';
import { badRequest } from '../status/api-error.ts';

export type FieldMatch = (object: ApiObject) => boolean;

/** Which fields a resource can be selected by, beside metadata.name and metadata.namespace; paths relative to the object. */
export type SelectableFields = Readonly<Record<string, (object: ApiObject) => string>>;

export const byPath =
  (...path: string[]) =>
  (object: ApiObject): string => {
    const value = at(object, ...path);
    return value === undefined || value === null ? '' : String(value);
  };

const everywhere: SelectableFields = {
  'metadata.name': byPath('metadata', 'name'),
  'metadata.namespace': byPath('metadata', 'namespace'),
};

/** Parses `a=b,c!=d`; throws a 400 for a field that the resource cannot be selected by. */
export function parseFieldSelector(text: string, selectable: SelectableFields): FieldMatch {
  const fields = { ...everywhere, ...selectable };
  const terms = splitTerms(text)
    .filter((term) => term !== '')
    .map((term) => {
      const match = /^((?:[^\\=!]|\\.)*)(!=|==|=)((?:[^\\=]|\\.)*)$/s.exec(term);
      if (!match) throw badRequest(`invalid selector: '${text}'; can't understand '${term}'`);
      const [, name = '', operator, raw = ''] = match;
      const read = fields[name];
      if (!read) {
        throw badRequest(
          Object.keys(selectable).length > 0
            ? `field label not supported: ${name}`
            : `"${name}" is not a known field selector: only "metadata.name", "metadata.namespace"`,
        );
      }
      return { read, wanted: raw.replace(/\\(.)/g, '$1'), negated: operator === '!=' };
    });
  return (object) => terms.every(({ read, wanted, negated }) => (read(object) === wanted) !== negated);
}

/** Splits at commas that no backslash escapes. */
const splitTerms = (text: string): string[] => text.match(/(?:[^\\,]|\\.)+/gs) ?? [];
