import type { IncomingMessage, ServerResponse } from 'node:http';
import type { User } from '../auth.ts';
import type { Target, WriteOptions } from '../operations/target.ts';
import type { ApiState } from '../state.ts';

/** One request for a resource. */
export interface ResourceRequest {
  readonly state: ApiState;
  readonly target: Target;
  readonly query: URLSearchParams;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly user: User;
  readonly options: WriteOptions;
}
