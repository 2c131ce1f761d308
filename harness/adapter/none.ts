import type { Adapter } from './adapter.ts';

/** A cluster without any Egress: what plain Kubernetes does, which is what the others are compared with. */
export const none: Adapter = {
  name: 'none',
  features: new Set(),
  declared: { emptySelection: 'nothing', conflict: 'oldest', settleMs: 10_000 },
  version: () => Promise.resolve('none'),
  install: () => Promise.resolve(),
  uninstall: () => Promise.resolve(),
  apply: ({ name }) => Promise.reject(new Error(`policy ${name}: this cluster has no Egress implementation`)),
  remove: () => Promise.resolve(),
  ownerOf: () => Promise.resolve(null),
  restart: () => Promise.resolve(),
  manifest: () => '',
  diagnostics: () => Promise.resolve({}),
};
