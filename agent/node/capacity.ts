import type { KubeObject } from '../kube/object.ts';

/** As in Antrea; whole numbers from 0 (no Egress IP at all) to the most that a node may own. */
const annotation = 'node.antrea.io/max-egress-ips';

/** How many different Egress IPs one node may own at most, whatever flags and annotations say. */
export const maxCapacity = 255;

/** The node's own limit where its annotation has one, else the default. */
export function capacityOf({ metadata }: KubeObject, fallback: number): number {
  const text = metadata.annotations?.[annotation];
  return text !== undefined && isCapacity(text) ? Number(text) : fallback;
}

/** What is wrong with the annotation of a node; null when nothing is. */
export function capacityProblem({ metadata }: KubeObject, fallback: number): string | null {
  const text = metadata.annotations?.[annotation];
  if (text === undefined || isCapacity(text)) return null;
  return `The annotation ${annotation} is "${text}" and must be a whole number from 0 to ${maxCapacity}; the limit stays ${fallback} Egress IPs`;
}

const isCapacity = (text: string): boolean => /^\d{1,3}$/.test(text) && Number(text) <= maxCapacity;
