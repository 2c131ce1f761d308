import { builtin } from '../schema/definitions.ts';
import { readDeclarations } from '../schema/client-node-models.ts';
import { isObject } from '../schema/types.ts';
import type { Json, JsonObject, Schema } from '../schema/types.ts';

const INT_OR_STRING = 'io.k8s.apimachinery.pkg.util.intstr.IntOrString';
const QUANTITY = 'io.k8s.apimachinery.pkg.api.resource.Quantity';

/** Scalars that OpenAPI knows by name. */
const scalars: Readonly<Record<string, JsonObject>> = {
  [INT_OR_STRING]: {
    description: 'IntOrString is a type that can hold an int32 or a string.',
    format: 'int-or-string',
    oneOf: [{ type: 'integer' }, { type: 'string' }],
  },
  [QUANTITY]: {
    description: 'Quantity is a fixed-point representation of a number.',
    oneOf: [{ type: 'string' }, { type: 'number' }],
  },
};

/** The schemas of an OpenAPI document: named types are collected while schemas are written that refer to them. */
export class Components {
  readonly schemas: Record<string, JsonObject> = {};
  readonly #prefix: string;

  constructor(prefix = '#/components/schemas/') {
    this.#prefix = prefix;
  }

  /** A built-in type and all it refers to, with descriptions. */
  async addBuiltin(name: string): Promise<void> {
    if (this.schemas[name]) return;
    const definition = builtin.definitions[name];
    const scalar = scalars[name];
    if (!definition) {
      if (scalar) this.schemas[name] = scalar;
      return;
    }
    this.schemas[name] = {};
    const { 'x-model': model = '', ...schema } = definition;
    const { description, descriptions } = await readDeclarations(model);
    const properties: JsonObject = {};
    for (const [key, property] of Object.entries(schema.properties ?? {})) {
      properties[key] = await this.#property(property, descriptions[key]);
    }
    const rest = this.#plain(schema as Schema);
    this.schemas[name] = { ...(description === '' ? {} : { description }), ...rest, properties };
  }

  async #property(property: Schema, description: string | undefined): Promise<Json> {
    const schema = await this.write(property);
    if (description === undefined) return schema;
    const { $ref, ...beside } = schema;
    return $ref === undefined ? { description, ...beside } : { description, ...beside, allOf: [{ $ref }] };
  }

  /** A schema as OpenAPI 3.0 has it. */
  async write(schema: Schema): Promise<JsonObject> {
    const reference = this.#reference(schema);
    if (reference !== undefined) {
      await this.addBuiltin(reference);
      const { $ref: _, format: __, 'x-kubernetes-int-or-string': ___, ...beside } = schema;
      return { $ref: this.#prefix + reference, ...this.#plain(beside) };
    }
    const result = this.#plain(schema);
    if (schema.items) result['items'] = await this.write(schema.items);
    if (isObject(schema.additionalProperties))
      result['additionalProperties'] = await this.write(schema.additionalProperties as Schema);
    if (schema.properties) {
      const properties: JsonObject = {};
      for (const [key, property] of Object.entries(schema.properties)) properties[key] = await this.write(property);
      result['properties'] = properties;
    }
    return result;
  }

  #reference(schema: Schema): string | undefined {
    if (schema.$ref !== undefined) return schema.$ref;
    if (schema.format === 'quantity') return QUANTITY;
    // A custom resource's own int-or-string keeps its description and limits where they are.
    return schema['x-kubernetes-int-or-string'] && Object.keys(schema).length === 1 ? INT_OR_STRING : undefined;
  }

  /** Everything but what contains further schemas that need writing. */
  #plain(schema: Schema): JsonObject {
    const { properties: _, items: __, additionalProperties, ...rest } = schema;
    return {
      ...(rest as unknown as JsonObject),
      ...(additionalProperties === true ? { additionalProperties: true } : {}),
    };
  }
}
