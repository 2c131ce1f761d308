import type { Registry } from '../resources/registry.ts';
export async function openApiDocument(
  _r: Registry,
  _p: string,
  _a: string | undefined,
  _q: URLSearchParams,
): Promise<undefined> {
  return undefined;
}
