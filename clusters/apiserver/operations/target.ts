import type { Endpoint } from '../resources/registry.ts';

/** What a request is about. */
export interface Target extends Endpoint {
  /** Absent for cluster-scoped resources and for lists over all namespaces. */
  readonly namespace: string | undefined;
  readonly name: string | undefined;
  readonly subresource: string;
}

export interface WriteOptions {
  readonly dryRun: boolean;
  /** Who writes, in managedFields. */
  readonly fieldManager: string;
  readonly fieldValidation: 'Strict' | 'Warn' | 'Ignore';
  readonly user: string;
  readonly groups: readonly string[];
  /** Texts that the client shows its user. */
  readonly warnings: string[];
}

/** Built-in controllers write as this. */
export const controllerOptions = (fieldManager: string): WriteOptions => ({
  dryRun: false,
  fieldManager,
  fieldValidation: 'Ignore',
  user: `system:${fieldManager}`,
  groups: ['system:masters'],
  warnings: [],
});
