import type { IncomingMessage } from 'node:http';
import { badRequest, tooLarge, unsupportedMediaType } from '../status/api-error.ts';

/** As the real server: a request of more than 3 MiB is refused. */
const MAX_BODY_BYTES = 3 * 1024 * 1024;

/** Reads the body; a 413 when it is too long. */
export async function readBytes(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > MAX_BODY_BYTES) throw tooLarge(MAX_BODY_BYTES);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

export const readBody = async (request: IncomingMessage): Promise<string> =>
  (await readBytes(request)).toString('utf8');

export const mediaType = (header: string | undefined): string =>
  (header ?? '').split(';')[0]?.trim().toLowerCase() ?? '';

const yamlTypes = new Set(['application/yaml', 'application/apply-patch+yaml']);
const PROTOBUF = 'application/vnd.kubernetes.protobuf';
const objectTypes = ['application/json', 'application/yaml', PROTOBUF];

/** A JSON or YAML document. */
export async function parseDocument(text: string, contentType: string): Promise<unknown> {
  const type = mediaType(contentType);
  if (yamlTypes.has(type) && !/^\s*[{[]/.test(text)) {
    const { parse } = await import('yaml');
    try {
      return parse(text) as unknown;
    } catch (error) {
      throw badRequest(`error parsing YAML: ${String((error as Error).message)}`);
    }
  }
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    throw badRequest(`the object provided is unrecognized: couldn't parse JSON: ${(error as Error).message}`);
  }
}

/** The body of a create or update. No content type counts as JSON. */
export async function readObject(request: IncomingMessage): Promise<unknown> {
  const type = mediaType(request.headers['content-type']);
  if (type !== '' && !objectTypes.includes(type)) {
    request.resume();
    throw unsupportedMediaType(objectTypes);
  }
  return decodeDocument(await readBytes(request), type);
}

/** A document in any of the forms that objects are sent in; undefined when there is none. */
export async function decodeDocument(bytes: Buffer, contentType: string): Promise<unknown> {
  if (bytes.length === 0) return undefined;
  if (mediaType(contentType) !== PROTOBUF) return parseDocument(bytes.toString('utf8'), contentType);
  const { decodeProtobuf } = await import('../protobuf/decode.ts');
  return decodeProtobuf(bytes);
}
