/** Reads the OpenAPI models that @kubernetes/client-node installs: structure from the code, descriptions and required fields from the declarations. */
import { readFile } from 'node:fs/promises';

export const modelsFolder = new URL('gen/models/', import.meta.resolve('@kubernetes/client-node'));

export interface Model {
  readonly description: string;
  readonly required: readonly string[];
  readonly properties: readonly { readonly baseName: string; readonly type: string; readonly format: string }[];
  /** By the property's name in JSON. */
  readonly descriptions: Readonly<Record<string, string>>;
}

type AttributeType = { name: string; baseName: string; type: string; format: string };

const comment = String.raw`\/\*\*\n((?:\s*\*(?!\/).*\n)+)\s*\*\/\n\s*`;
const text = (raw: string): string =>
  raw
    .split('\n')
    .map((line) => line.replace(/^\s*\* ?/, ''))
    .join(' ')
    .trim()
    .replace(/\\(['"])/g, '$1');

/** The declarations of one model, without loading its code. */
export async function readDeclarations(
  model: string,
): Promise<Pick<Model, 'description' | 'descriptions' | 'required'>> {
  const source = await readFile(new URL(`${model}.d.ts`, modelsFolder), 'utf8');
  const description = new RegExp(`${comment}export declare class`).exec(source)?.[1] ?? '';
  const body = source.slice(source.indexOf('export declare class'));
  const descriptions: Record<string, string> = {};
  const required: string[] = [];
  for (const match of body.matchAll(new RegExp(`(?:${comment})?'(\\w+)'(\\??): `, 'g'))) {
    const [, raw, name, optional] = match;
    if (name === undefined) continue;
    if (raw !== undefined) descriptions[name] = text(raw);
    if (optional === '') required.push(name);
  }
  return { description: text(description), descriptions, required };
}

export async function readModel(model: string): Promise<Model> {
  const loaded = (await import(new URL(`${model}.js`, modelsFolder).href)) as Record<
    string,
    { attributeTypeMap?: AttributeType[] }
  >;
  const attributes = loaded[model]?.attributeTypeMap;
  if (!attributes)
    throw new Error(
      `${model}.js in ${modelsFolder.pathname} has no attributeTypeMap; is @kubernetes/client-node another major version?`,
    );
  const declared = await readDeclarations(model);
  const jsonName = new Map(attributes.map(({ name, baseName }) => [name, baseName]));
  const rename = (name: string): string => jsonName.get(name) ?? name;
  return {
    description: declared.description,
    required: declared.required.map(rename),
    properties: attributes,
    descriptions: Object.fromEntries(
      Object.entries(declared.descriptions).map(([name, value]) => [rename(name), value]),
    ),
  };
}
