import { createHash } from 'node:crypto';
import { dropFor } from './drop-reasons.ts';
import { families } from './family.ts';
import type { Family } from './family.ts';
import { renderFamilyTable, tableFamily } from './family-table.ts';
import { arpTable, renderOverlayTable } from './link-tables.ts';
import { limitTable } from './limit-table.ts';
import { overlayMark, table } from './names.ts';

export interface Layout {
  /** The interface by which the node's packets of each IP version leave; the versions that are absent have no table. */
  readonly uplinks: ReadonlyMap<Family, string>;
  /** IP version of the overlay's outer packets. */
  readonly overlayFamily: Family;
  readonly overlayPort: number;
  /** CIDRs of the link that the overlay's outer packets travel over; without, the other nodes may be anywhere. */
  readonly onLink: readonly string[];
  readonly overlayMtu: number;
  readonly unknownPods: 'hold' | 'allow';
}

/**
 * The agent's tables without elements. What depends on pods, nodes and Egresses is in sets and maps, so that the cost
 * per packet does not grow with them, and a change is a change of elements. `rewrite` is for seeded defects.
 */
export function renderLayout(layout: Layout, rewrite = (tables: string) => tables): string {
  const { uplinks, overlayFamily, overlayMtu, unknownPods } = layout;
  const perFamily = [...uplinks].map(([family, uplink]) => {
    const outer = family === overlayFamily ? { port: layout.overlayPort, onLink: layout.onLink } : null;
    return renderFamilyTable(family, { uplink, overlayMtu, unknownPods, outer, families: [...uplinks.keys()] });
  });
  const tables = rewrite([...perFamily, renderOverlayTable([...uplinks.keys()]), arpTable, limitTable].join(''));
  const [first = 4] = uplinks.keys();
  return `${removeTables}${tables}add chain ${tableFamily(first)} ${table} ${layoutMarker(tables)}\n`;
}

/**
 * Takes the place of the tables while the agent leaves: connections that were in the overlay stand still until the kernel
 * has forgotten them, for their entries have no NAT, and they would leave with the pod's own address.
 */
export const renderLeaving = (): string =>
  `${removeTables}${families
    .map(
      (family) => `
table ${tableFamily(family)} ${table} {
  chain leaving {
    type filter hook prerouting priority dstnat + 10; policy accept;
    ct mark and ${overlayMark} != 0 ${dropFor('was-in-overlay')}
  }
}
`,
    )
    .join('')}`;

/** Removes the agent's tables, there or not. */
export const removeTables = ['ip', 'ip6', 'netdev', 'arp', 'inet']
  .map((family) => `add table ${family} ${table}\ndelete table ${family} ${table}\n`)
  .join('');

/** Name of an empty chain that tells a later agent whether the tables in the kernel are those it would make. */
function layoutMarker(body: string): string {
  return `layout_${createHash('sha256').update(body).digest('hex').slice(0, 16)}`;
}

/** The marker of a rendered layout. */
export function markerOf(rendered: string): string {
  return rendered.trimEnd().split(' ').at(-1) ?? '';
}
