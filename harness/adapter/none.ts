import type { Adapter } from './adapter.ts';
import { bundledDeclared } from './bundled-declared.ts';

/** A cluster without any Egress: what plain Kubernetes does, which is what the others are compared with. */
export const none: Adapter = {
  name: 'none',
  features: new Set(),
  // Nothing of it is tested: there are no policies.
  declared: bundledDeclared,
  version: () => Promise.resolve('none'),
  isInstalled: () => Promise.resolve(false),
  install: () => Promise.resolve(),
  uninstall: () => Promise.resolve(),
  apply: ({ name }) => Promise.reject(new Error(`policy ${name}: this cluster has no Egress implementation`)),
  remove: () => Promise.resolve(),
  replace: () => Promise.resolve(),
  ownerOf: () => Promise.resolve(null),
  restart: () => Promise.resolve(),
  upgrade: () => Promise.resolve(),
  manifest: () => '',
  diagnostics: () => Promise.resolve({}),
};
