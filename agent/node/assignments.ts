import { canonicalAddress } from '../base/ip-range.ts';
import type { Egress } from '../api/egress.ts';

/** What the status says: each address that is on a node, with the node. */
export function assignmentsOf({ status = {} }: Egress): Map<string, string> {
  const first = { ip: status.egressIP ?? '', node: status.egressNode ?? '' };
  const told = status.assignments?.length ? status.assignments : [first];
  return new Map(
    told.flatMap(({ ip, node }): [string, string][] => {
      const canonical = canonicalAddress(ip);
      return canonical === null || node === '' ? [] : [[canonical, node]];
    }),
  );
}
