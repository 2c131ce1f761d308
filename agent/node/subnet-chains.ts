import { hexMark, leavingMark, maxSubnets, slotMask, subnetMark, subnetMask } from './names.ts';

const numbers = [...Array(maxSubnets).keys()];

/** Chain that sends a packet through the routing table of a subnet. */
export const subnetChain = (number: number): string => `subnet_${number}`;

/** Keyed by pod and chosen address (0 where there is no choice): those whose Egress IP is in a subnet of its own. */
export const subnetMap = (address: string): string => `
  map subnets { type ${address} . mark : verdict; }`;

/** After `select` has marked what leaves from here, and before routing, which goes by the mark. */
export const subnetChains = (ip: string): string => `${numbers
  .map(
    (number) => `
  chain ${subnetChain(number)} { meta mark set meta mark and ${hexMark(~subnetMask >>> 0)} or ${subnetMark(number)}; }`,
  )
  .join('')}
  chain choose_subnet {
    type filter hook prerouting priority dstnat + 12; policy accept;
    meta mark and ${leavingMark} == 0 accept
    ${ip} saddr . (meta mark and ${hexMark(slotMask)}) vmap @subnets
  }
`;
