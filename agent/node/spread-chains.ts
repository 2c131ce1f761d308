import { dropFor } from './drop-reasons.ts';
import { leavingMark, maxSlots, slotMac, slotMark, slotMask, hexMark } from './names.ts';

const mask = hexMark(slotMask);
const others = hexMark(~slotMask >>> 0);
const slots = Array.from({ length: maxSlots }, (_, index) => index);

/** Elements of an anonymous map, one for each of the first `count` addresses. */
const eachSlot = (element: (index: number) => string, count = maxSlots): string =>
  slots.slice(0, count).map(element).join(', ');

/** Chain that spreads connections over so many addresses. */
export const spreadChain = (count: number): string => `spread_${count}`;
/** Chain that gives a connection the address at an index. */
export const takeChain = (index: number): string => `take_${index}`;

/** Maps of the Egresses with several addresses, keyed by pod and chosen address. */
export const spreadMaps = (address: string): string => `
  map ways { type ${address} . mark : verdict; }
  map stand_ins { type ${address} . mark : verdict; }
  map several_ips { type ${address} . mark : ${address}; }`;

/**
 * Each connection has one of the addresses for all its life: a hash chooses, and the conntrack mark remembers, whatever
 * moves meanwhile. What has no ports is chosen for by its addresses. A connection from before there were several has the
 * first. Only a new connection goes to the stand-in of an address that has no node; an old one waits for its address.
 */
export function spreadChains(ip: string): string {
  const chosenBy = (key: string, count: number): string =>
    `ct mark and ${mask} == 0 jhash ${key} mod ${count} seed 0x7689 vmap { ${eachSlot((i) => `${i} : jump ${takeChain(i)}`, count)} }`;
  const spread = slots.slice(1).map(
    (index) => `
  chain ${spreadChain(index + 1)} {
    ct mark and ${mask} != 0 goto go_on
    ct state established jump ${takeChain(0)}
    ${chosenBy(`${ip} saddr . ${ip} daddr . th sport . th dport`, index + 1)}
    ${chosenBy(`${ip} saddr . ${ip} daddr`, index + 1)}
    goto chosen
  }`,
  );
  const perSlot = slots.map(
    (index) => `
  chain ${takeChain(index)} { ct mark set ct mark and ${others} or ${slotMark(index)}; }
  chain on_${index} { meta mark set meta mark and ${others} or ${slotMark(index)}; }`,
  );
  return `${perSlot.join('')}
  chain chosen {
    ${ip} saddr . (ct mark and ${mask}) vmap @stand_ins
    goto go_on
  }
  chain go_on {
    ct mark and ${mask} vmap { ${eachSlot((i) => `${slotMark(i)} : jump on_${i}`)} }
    ${ip} saddr . (ct mark and ${mask}) vmap @ways
    ${dropFor('no-node')}
  }${spread.join('')}
  chain arriving_one_of {
    ether saddr vmap { ${eachSlot((i) => `${slotMac(i)} : jump on_${i}`)} }
    ${ip} saddr . (meta mark and ${mask}) @several_ips meta mark set meta mark or ${leavingMark} accept
    ${dropFor('not-from-here')}
  }
`;
}

/** In `arriving`: frames that tell which address was chosen. */
export const arrivingOneOf = 'ether saddr and ff:ff:ff:ff:ff:00 == 02:e6:ff:00:00:00 goto arriving_one_of';

/** In `translate`. */
export const translateOneOf = (ip: string): string =>
  `meta mark and ${leavingMark} != 0 snat to ${ip} saddr . (meta mark and ${mask}) map @several_ips`;

/** In the table of the overlay device: a rule for each IP version, and the chain that it goes to. */
export const gatewayOfOne = (ip: string, map: string): string =>
  `ether daddr set ${ip} saddr . (meta mark and ${mask}) map @${map} goto one_of`;
export const oneOfChain = `
  # Tells the egress node which of several addresses was chosen.
  chain one_of {
    ether saddr set meta mark and ${mask} map { ${eachSlot((i) => `${slotMark(i)} : ${slotMac(i)}`)} }
    meta mark set meta mark and ${others}
    accept
  }
`;
