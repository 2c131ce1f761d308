import { invalid, required } from '../status/field-error.ts';
import type { Strategy } from './definition.ts';

/** Roles and bindings are stored, not enforced: whoever is authenticated may do everything. */
export const rbacStrategy: Strategy = {
  nameRule: 'path',
  validate(object, _context, old) {
    if (!object.kind.endsWith('Binding')) return [];
    const role = object['roleRef'];
    if (!role?.name) return [required('roleRef.name')];
    const changed = old && JSON.stringify(old['roleRef']) !== JSON.stringify(role);
    return changed ? [invalid('roleRef', role, 'cannot change roleRef')] : [];
  },
};
