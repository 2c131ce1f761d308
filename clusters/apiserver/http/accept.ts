import { notAcceptable } from '../status/api-error.ts';

export type Form = 'object' | 'table' | 'partial' | 'partialList';

interface Accepted {
  readonly type: string;
  readonly parameters: ReadonlyMap<string, string>;
  readonly quality: number;
}

/** Media types of an Accept header, the best first. */
export function parseAccept(header: string | undefined): Accepted[] {
  return (header ?? '*/*')
    .split(',')
    .map((part) => {
      const [type = '', ...rest] = part.split(';').map((piece) => piece.trim());
      const parameters = new Map(rest.map((piece) => piece.split('=', 2) as [string, string]));
      return { type: type.toLowerCase(), parameters, quality: Number(parameters.get('q') ?? 1) };
    })
    .toSorted((a, b) => b.quality - a.quality);
}

const jsonTypes = new Set(['application/json', '*/*', 'application/*', '']);

/** In which form the client wants objects: as they are, as the rows of a table, or their metadata only. Throws a 406. */
export function wantedForm(header: string | undefined): Form {
  for (const { type, parameters } of parseAccept(header)) {
    if (!jsonTypes.has(type)) continue;
    const as = parameters.get('as');
    if (as === undefined) return 'object';
    const isMeta = parameters.get('g') === 'meta.k8s.io';
    if (isMeta && as === 'Table' && parameters.get('v') === 'v1') return 'table';
    if (isMeta && as === 'PartialObjectMetadata' && parameters.get('v') === 'v1') return 'partial';
    if (isMeta && as === 'PartialObjectMetadataList' && parameters.get('v') === 'v1') return 'partialList';
  }
  throw notAcceptable(['application/json']);
}
