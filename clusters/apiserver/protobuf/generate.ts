/**
 * Writes messages.generated.json: field numbers of the messages that clients may send instead of JSON. Reads the
 * generated.proto files of the Go modules k8s.io/api and k8s.io/apimachinery, version 0.32. Run:
 * node clusters/apiserver/protobuf/generate.ts FOLDER_OF_API FOLDER_OF_APIMACHINERY
 */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { builtin } from '../schema/definitions.ts';
import type { Messages } from './decode.ts';

const [api, machinery] = process.argv.slice(2);
if (api === undefined || machinery === undefined) {
  console.error('usage: generate.ts FOLDER_OF_API FOLDER_OF_APIMACHINERY');
  process.exit(64);
}

const groups = [
  'core/v1',
  'apps/v1',
  'coordination/v1',
  'discovery/v1',
  'events/v1',
  'rbac/v1',
  'policy/v1',
  'autoscaling/v1',
  'admissionregistration/v1',
  'authentication/v1',
  'authorization/v1',
];
const files = [
  ...groups.map((group) => join(api, group, 'generated.proto')),
  join(machinery, 'pkg/apis/meta/v1/generated.proto'),
  join(machinery, 'pkg/runtime/generated.proto'),
  join(machinery, 'pkg/api/resource/generated.proto'),
  join(machinery, 'pkg/util/intstr/generated.proto'),
];

const scalars = new Set(['string', 'bytes', 'bool', 'int32', 'int64', 'double']);
const all: Record<string, Record<string, [string, string]>> = {};

function readMessages(source: string): void {
  const pkg = /^package (.*);$/m.exec(source)?.[1] ?? '';
  const qualify = (type: string): string => {
    if (scalars.has(type)) return type;
    return type.startsWith('.') ? type.slice(1) : `${pkg}.${type}`;
  };
  for (const [, name, body] of source.matchAll(/^message (\w+) \{\n(.*?)^\}/gms)) {
    const fields: Record<string, [string, string]> = {};
    for (const [, label, map, plain, field, number] of (body ?? '').matchAll(
      /^\s+(optional|repeated)? ?(?:map<string, ([\w.]+)>|([\w.]+)) (\w+) = (\d+);/gm,
    )) {
      const type =
        map === undefined ? `${label === 'repeated' ? '[]' : ''}${qualify(plain ?? '')}` : `{}${qualify(map)}`;
      fields[number ?? ''] = [field ?? '', type];
    }
    all[`${pkg}.${name}`] = fields;
  }
}

for (const file of files) readMessages(await readFile(file, 'utf8'));

/**
 * Members that Go leaves out of JSON when they are zero, as `Type.member`: plain scalars with `omitempty`. The wire has
 * no way to say that such a member is not set, so it carries the zero.
 */
const omitted = new Set<string>();

function readTypes(source: string): void {
  for (const [, name, body] of source.matchAll(/^type (\w+) struct \{\n(.*?)^\}/gms)) {
    for (const [, type, member] of (body ?? '').matchAll(/^\s+\w+\s+([\w.]+)\s+`json:"(\w+),omitempty"/gm)) {
      if (type !== undefined) omitted.add(`${name}.${member}`);
    }
  }
}

const sources = [...groups.map((group) => join(api, group, 'types.go')), join(machinery, 'pkg/apis/meta/v1/types.go')];
for (const source of sources) readTypes(await readFile(source, 'utf8'));

const used: Messages = {};

/** Keeps what is reachable; a member that JSON does not know is an embedded struct, and is marked `~`; what is left out when zero is marked `?`. */
function keep(name: string): void {
  const fields = all[name];
  if (!fields || used[name]) return;
  const kept: Record<string, [string, string]> = {};
  used[name] = kept;
  const definition = builtin.definitions[name.replace(/^k8s\.io\./, 'io.k8s.')];
  for (const [number, [field, type]] of Object.entries(fields)) {
    const target = type.replace(/^(\[\]|\{\})/, '');
    const inline =
      definition?.properties !== undefined &&
      !Object.hasOwn(definition.properties, field) &&
      all[target] !== undefined &&
      type === target;
    const mark = inline ? '~' : omitted.has(`${name.split('.').at(-1)}.${field}`) && scalars.has(type) ? '?' : '';
    kept[number] = [mark + field, type];
    keep(target);
  }
}

for (const name of Object.values(builtin.roots)) keep(name.replace(/^io\.k8s\./, 'k8s.io.'));
for (const extra of ['authentication.v1.TokenRequest']) keep(`k8s.io.api.${extra}`);
const target = new URL('messages.generated.json', import.meta.url);
await writeFile(target, `${JSON.stringify(used)}\n`);
console.log(`${Object.keys(used).length} messages written to ${target.pathname}`);
