/** What the API server answered instead of success: the fields of its `Status` object. */
export class KubeApiError extends Error {
  override readonly name = 'KubeApiError';
  /** HTTP status, e.g. 404. */
  readonly code: number;
  /** Machine-readable reason, e.g. `NotFound`, `Conflict`, `AlreadyExists`, `Invalid`, `Expired`. */
  readonly reason: string;
  readonly details: unknown;

  constructor(code: number, reason: string, message: string, details?: unknown) {
    super(message);
    this.code = code;
    this.reason = reason;
    this.details = details;
  }
}

/** No answer came: refused, reset, timed out, or the certificate was not trusted. `cause` has the system's error. */
export class KubeConnectionError extends Error {
  override readonly name = 'KubeConnectionError';
}

export function isNotFound(error: unknown): boolean {
  return error instanceof KubeApiError && error.code === 404;
}

/** A stale resourceVersion; a create of something that exists already has code 409 too, but reason AlreadyExists. */
export function isConflict(error: unknown): boolean {
  return error instanceof KubeApiError && error.code === 409 && error.reason !== 'AlreadyExists';
}

export function isAlreadyExists(error: unknown): boolean {
  return error instanceof KubeApiError && error.code === 409 && error.reason === 'AlreadyExists';
}

/** 410: the resourceVersion is older than what the server keeps; list again. */
export function isGone(error: unknown): boolean {
  return error instanceof KubeApiError && (error.code === 410 || error.reason === 'Expired');
}

/** Converts the body of a failed request; servers and proxies in between may answer with plain text. */
export function apiErrorFrom(code: number, body: string, request: string): KubeApiError {
  const status = parseStatus(body);
  const message = status?.message ?? (body.trim().slice(0, 500) || `HTTP status ${code}`);
  return new KubeApiError(status?.code ?? code, status?.reason ?? 'Unknown', `${request}: ${message}`, status?.details);
}

interface Status {
  readonly code?: number;
  readonly reason?: string;
  readonly message?: string;
  readonly details?: unknown;
}

function parseStatus(body: string): Status | null {
  try {
    const value: unknown = JSON.parse(body);
    return typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'Status'
      ? (value as Status)
      : null;
  } catch {
    return null;
  }
}
