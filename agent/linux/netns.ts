import { closeSync, openSync } from 'node:fs';
import { setns } from './libc.ts';

let own: number | null = null;

/**
 * Runs `work` in another network namespace and comes back, whatever happens. setns(2) moves only the calling thread,
 * so `work` must be synchronous: what it awaits would run in both namespaces.
 */
export function inNetns<T>(path: string, work: () => T): T {
  own ??= openSync('/proc/thread-self/ns/net', 'r');
  const there = openSync(path, 'r');
  try {
    setns(there);
    try {
      return work();
    } finally {
      setns(own);
    }
  } finally {
    closeSync(there);
  }
}

/** `inNetns`, or just `work` when no namespace is given. */
export function inNetnsOrHere<T>(path: string | undefined, work: () => T): T {
  return path === undefined ? work() : inNetns(path, work);
}

/** Moves the calling thread into a namespace for good; processes it starts from now on begin there. */
export function enterNetns(path: string): void {
  const there = openSync(path, 'r');
  try {
    setns(there);
  } finally {
    closeSync(there);
  }
  if (own !== null) closeSync(own);
  own = null;
}
