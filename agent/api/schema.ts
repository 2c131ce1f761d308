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
  /** Rules in CEL, evaluated by the API server; their cost is bounded through maxLength and maxItems. */
  readonly 'x-kubernetes-validations'?: readonly {
    readonly rule: string;
    readonly message: string;
    readonly fieldPath?: string;
  }[];
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

/** The longest text of an IPv6 address, with an IPv4 address as its end. */
export const maxAddressLength = 45;

/** An address that packets can leave with; the functions are there from Kubernetes 1.30 on. */
export const sourceAddressRules = [
  {
    rule: "self == '' || isIP(self) && ip(self).isGlobalUnicast()",
    message:
      'must be a unicast address that packets can leave with: not unspecified, loopback, link-local, multicast, broadcast or IPv4-mapped',
  },
] as const;

export const ipAddress = { type: 'string', oneOf: [{ format: 'ipv4' }, { format: 'ipv6' }] } as const;
