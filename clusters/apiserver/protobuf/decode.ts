import { readFileSync } from 'node:fs';
import type { Json, JsonObject } from '../schema/types.ts';
import { badRequest } from '../status/api-error.ts';
import { Reader } from './reader.ts';

/** Message to field number to JSON name and type: `[]` repeated, `{}` map by string; before the name `~`: embedded, `?`: absent when zero. */
export type Messages = Record<string, Record<string, [string, string]>>;

let messages: Messages | undefined;

const MAGIC = Buffer.from('k8s\0');
const META = 'k8s.io.apimachinery.pkg.apis.meta.v1';

const packages: Readonly<Record<string, string>> = {
  v1: 'k8s.io.api.core.v1',
  'rbac.authorization.k8s.io/v1': 'k8s.io.api.rbac.v1',
};

/** `apps/v1` is package k8s.io.api.apps.v1, `discovery.k8s.io/v1` is k8s.io.api.discovery.v1. */
function messageName(apiVersion: string, kind: string): string {
  if (kind === 'DeleteOptions' || kind === 'Status') return `${META}.${kind}`;
  const [group = '', version = ''] = apiVersion.split('/');
  return `${packages[apiVersion] ?? `k8s.io.api.${group.split('.')[0] ?? ''}.${version}`}.${kind}`;
}

/**
 * Decodes the body of a Kubernetes protobuf request (`k8s\0` and a runtime.Unknown) into what the same object is in JSON.
 * kubectl's own subcommands (`create namespace`) send nothing else. Throws a 400.
 */
export function decodeProtobuf(body: Buffer): JsonObject {
  if (!body.subarray(0, MAGIC.length).equals(MAGIC))
    throw badRequest('provided data does not appear to be a protobuf message, expected prefix [107 56 115 0]');
  messages ??= JSON.parse(readFileSync(new URL('messages.generated.json', import.meta.url), 'utf8')) as Messages;
  let apiVersion = '';
  let kind = '';
  let raw: Buffer = Buffer.alloc(0);
  try {
    for (const { number, bytes } of new Reader(body.subarray(MAGIC.length)).fields()) {
      if (number === 2) raw = bytes;
      if (number !== 1) continue;
      for (const field of new Reader(bytes).fields()) {
        if (field.number === 1) apiVersion = field.bytes.toString();
        if (field.number === 2) kind = field.bytes.toString();
      }
    }
    const name = messageName(apiVersion, kind);
    if (!messages[name]) throw new Error(`no message is known for ${kind} of ${apiVersion}`);
    return { apiVersion, kind, ...message(raw, name, messages) };
  } catch (error) {
    throw badRequest(`the object provided is unrecognized: ${(error as Error).message}`);
  }
}

function message(bytes: Buffer, name: string, known: Messages): JsonObject {
  const result: JsonObject = {};
  const fields = known[name] ?? {};
  for (const { number, bytes: content, varint } of new Reader(bytes).fields()) {
    const [field, type] = fields[number] ?? [];
    if (field === undefined || type === undefined) continue;
    if (type.startsWith('[]')) {
      const list = (result[field] ??= []) as Json[];
      list.push(value(content, varint, type.slice(2), known));
    } else if (type.startsWith('{}')) {
      const [key, member] = entry(content, type.slice(2), known);
      ((result[field] ??= {}) as JsonObject)[key] = member;
    } else if (field.startsWith('~')) Object.assign(result, value(content, varint, type, known));
    else if (field.startsWith('?')) {
      const scalar = value(content, varint, type, known);
      if (scalar) result[field.slice(1)] = scalar;
    } else result[field] = value(content, varint, type, known);
  }
  return result;
}

function entry(bytes: Buffer, type: string, known: Messages): [string, Json] {
  let key = '';
  let member: Json = type === 'string' || type === 'bytes' ? '' : value(Buffer.alloc(0), 0n, type, known);
  for (const { number, bytes: content, varint } of new Reader(bytes).fields()) {
    if (number === 1) key = content.toString('utf8');
    if (number === 2) member = value(content, varint, type, known);
  }
  return [key, member];
}

function value(bytes: Buffer, varint: bigint, type: string, known: Messages): Json {
  switch (type) {
    case 'string':
      return bytes.toString('utf8');
    case 'bytes':
      return bytes.toString('base64');
    case 'bool':
      return varint !== 0n;
    case 'int32':
    case 'int64':
      return Number(BigInt.asIntN(64, varint));
    case 'double':
      return bytes.readDoubleLE();
    default: {
      const decode = special[type.split('.').at(-1) ?? ''];
      return decode ? decode(bytes) : message(bytes, type, known);
    }
  }
}

const numbered = (bytes: Buffer): Map<number, { bytes: Buffer; varint: bigint }> =>
  new Map([...new Reader(bytes).fields()].map((field) => [field.number, field]));

function time(bytes: Buffer, digits: number): Json {
  const fields = numbered(bytes);
  const seconds = BigInt.asIntN(64, fields.get(1)?.varint ?? 0n);
  const nanos = Number(fields.get(2)?.varint ?? 0n);
  // The zero time of Go is how an absent time is sent.
  if (bytes.length === 0) return null;
  const base = new Date(Number(seconds) * 1000).toISOString().slice(0, 19);
  return digits === 0 ? `${base}Z` : `${base}.${String(nanos).padStart(9, '0').slice(0, digits)}Z`;
}

/** Messages whose JSON is no object. */
const special: Readonly<Record<string, (bytes: Buffer) => Json>> = {
  Time: (bytes) => time(bytes, 0),
  MicroTime: (bytes) => time(bytes, 6),
  Quantity: (bytes) => numbered(bytes).get(1)?.bytes.toString() ?? '0',
  IntOrString(bytes) {
    const fields = numbered(bytes);
    return (fields.get(1)?.varint ?? 0n) === 0n
      ? Number(BigInt.asIntN(32, fields.get(2)?.varint ?? 0n))
      : (fields.get(3)?.bytes.toString() ?? '');
  },
  RawExtension: (bytes) => parseRaw(numbered(bytes).get(1)?.bytes),
  FieldsV1: (bytes) => parseRaw(numbered(bytes).get(1)?.bytes),
};

const parseRaw = (raw: Buffer | undefined): Json => (raw ? (JSON.parse(raw.toString('utf8')) as Json) : {});
