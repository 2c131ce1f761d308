import { closeSync, openSync } from 'node:fs';
import { basename, dirname } from 'node:path';

/** sizeof(sockaddr_un.sun_path) less the final zero: unix(7). */
const LONGEST = 107;

/**
 * Calls `use` with a name of the socket that fits into a sockaddr_un: a folder too deep is reached through a descriptor of it.
 * The name must have been used (bound or connected) by the time the promise settles.
 */
export async function withSocketPath<T>(path: string, use: (path: string) => Promise<T>): Promise<T> {
  if (Buffer.byteLength(path) <= LONGEST) return use(path);
  const fd = openSync(dirname(path), 'r');
  try {
    return await use(`/proc/self/fd/${fd}/${basename(path)}`);
  } finally {
    closeSync(fd);
  }
}
