import { request } from 'node:http';

export interface Scrape {
  readonly status: number;
  readonly contentType: string;
  /** By name and labels, as they are written: `name{label="value"}`. */
  readonly values: ReadonlyMap<string, number>;
}

/** What Prometheus would read; throws for a line that is none of its text format. */
export async function scrape(url: string, method = 'GET'): Promise<Scrape> {
  const { promise, resolve, reject } = Promise.withResolvers<Scrape>();
  const outgoing = request(url, { method, agent: false }, (response) => {
    let text = '';
    response.on('data', (chunk: Buffer) => (text += chunk.toString()));
    response.on('end', () => {
      const { statusCode: status = 0, headers } = response;
      const values = status === 200 ? parse(text) : new Map<string, number>();
      resolve({ status, contentType: headers['content-type'] ?? '', values });
    });
  });
  outgoing.once('error', reject);
  outgoing.end();
  return promise;
}

function parse(text: string): Map<string, number> {
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return new Map(
    lines.map((line) => {
      const match = /^([a-zA-Z_:][\w:]*(?:\{(?:\w+="[^"\\]*",?)*\})?) (-?[\d.e+-]+|NaN|\+Inf)$/.exec(line);
      if (!match) throw new Error(`no line of the text format of Prometheus: ${line}`);
      return [match[1] ?? '', Number(match[2])];
    }),
  );
}
