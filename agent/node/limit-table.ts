import type { Family } from './family.ts';
import { leavingMark, table } from './names.ts';

/** Name of the map from pod to limit. */
export const limitMap = (family: Family): 'limits' | 'limits6' => (family === 4 ? 'limits' : 'limits6');

/**
 * Limits are of both IP versions together, so that they are in a table of both. After `select` has marked what leaves
 * from here, while the source is still the pod's.
 */
export const limitTable = `
table inet ${table} {
  map limits { type ipv4_addr : limit
  }
  map limits6 { type ipv6_addr : limit
  }

  chain limiting {
    type filter hook prerouting priority dstnat + 11; policy accept;
    meta mark and ${leavingMark} == 0 accept
    limit name ip saddr map @limits counter drop
    limit name ip6 saddr map @limits6 counter drop
  }
}
`;
