/** Every limit of the harness, milliseconds. A limit that is reached is a failure that says what was waited for. */
export const timeouts = {
  /** A pod is scheduled, started, ready and has taken its first command. */
  podReady: 30_000,
  /** A Service is in place on every node. */
  serviceReady: 30_000,
  /** Answer to one connection, from its planned time. Longer than one repeated SYN (1 s, RFC 6298). */
  probe: 2_500,
  /** A program of the harness does what it was told (open a port, drain a capture). */
  command: 10_000,
  /** Objects that were asked to be deleted are gone. */
  cleanup: 30_000,
  /** Diagnostics of one case. */
  diagnostics: 20_000,
} as const;

/**
 * A change has taken effect when this many connections of every pod in a row, spread over this time, were right.
 * A single lucky one, or ten at the same moment, prove nothing (Gateway API conformance uses three in a row).
 */
export const convergence = { good: 10, overMs: 900, intervalMs: 100 } as const;

/** Fresh connections per pod, protocol and destination of a check, and the time between two of them. */
export const burst = { count: 10, intervalMs: 40 } as const;

/**
 * What server and client say about a source address does not depend on when the probe was sent; only a machine that
 * stood still for this long makes it worthless. Checks of times use their interval instead.
 */
export const sourceMaxLateMs = 1_000;
