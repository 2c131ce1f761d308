/** The part of a Kubernetes structural schema (OpenAPI v3) that these resources use. */
export interface Schema {
  readonly type?: 'object' | 'array' | 'string' | 'integer';
  readonly description?: string;
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: Schema;
  readonly items?: Schema;
  readonly enum?: readonly string[];
  readonly format?: string;
  readonly pattern?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly oneOf?: readonly Schema[];
  readonly anyOf?: readonly Schema[];
}

/** The TypeScript type of the values that a schema written `as const` describes. */
export type ValueOf<S> = S extends { readonly properties: infer P }
  ? ObjectOf<P, S extends { readonly required: readonly (infer R)[] } ? R : never>
  : S extends { readonly additionalProperties: infer V }
    ? { [key: string]: ValueOf<V> }
    : S extends { readonly items: infer I }
      ? ValueOf<I>[]
      : S extends { readonly enum: readonly (infer E)[] }
        ? E
        : S extends { readonly type: 'integer' }
          ? number
          : S extends { readonly type: 'string' }
            ? string
            : never;

type ObjectOf<P, R> = { [K in keyof P as K extends R ? K : never]: ValueOf<P[K]> } & {
  [K in keyof P as K extends R ? never : K]?: ValueOf<P[K]>;
} extends infer O
  ? { [K in keyof O]: O[K] }
  : never;

export const ipAddress = { type: 'string', oneOf: [{ format: 'ipv4' }, { format: 'ipv6' }] } as const;
