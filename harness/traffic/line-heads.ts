/** Longest token taken from a client; more is filling, or not one of ours. */
export const maxTokenLength = 256;
/** Longest answer to a line, bytes: what is larger goes one way only. */
export const maxAnswerLength = 1024 * 1024;

/** Takes the chunks of a stream: calls `onLine` with the token at the beginning of each line, and how long the line is without its end. */
export function lineHeads(onLine: (token: string, length: number) => void): (chunk: Buffer) => void {
  let head = '';
  let length = 0;
  return (chunk) => {
    let start = 0;
    for (let end = chunk.indexOf('\n'); end !== -1; end = chunk.indexOf('\n', start)) {
      head += chunk.toString('utf8', start, Math.min(end, start + maxTokenLength));
      onLine(head.slice(0, maxTokenLength).trimEnd(), length + end - start);
      start = end + 1;
      head = '';
      length = 0;
    }
    if (head.length < maxTokenLength) head += chunk.toString('utf8', start, start + maxTokenLength);
    length += chunk.length - start;
  };
}
