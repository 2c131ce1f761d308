import { addressNumber, addressRange, cidrRange, rangeSize, rangeWithout } from '../base/ip-range.ts';
import type { AddressRange } from '../base/ip-range.ts';
import type { ExternalIPPool, IPRange } from './external-ip-pool.ts';

/** Antrea gives out at most this many addresses of one range. */
const maxRangeSize = 65_536n;

/**
 * The addresses that a pool gives out, range by range in its order; ranges that cannot be read are left out. The gateway
 * of its subnet is somebody else's address: a range that has it falls into the two parts around it.
 */
export function poolRanges(pool: ExternalIPPool): readonly AddressRange[] {
  let ranges = known.get(pool);
  if (!ranges) known.set(pool, (ranges = usableRanges(pool)));
  return ranges;
}

/** Objects of the API are not changed but replaced, and each is asked for once for every Egress. */
const known = new WeakMap<ExternalIPPool, readonly AddressRange[]>();

function usableRanges({ spec }: ExternalIPPool): AddressRange[] {
  const gateway = addressNumber(spec.subnetInfo?.gateway ?? '');
  const ranges = spec.ipRanges.map(usableRange).filter((range) => range !== null);
  return gateway === null
    ? ranges
    : ranges.flatMap((range) =>
        rangeWithout(range, { family: gateway.family, first: gateway.value, last: gateway.value }),
      );
}

/**
 * A CIDR loses its first address, and for IPv4 its last (network and broadcast); where nothing would be left (/31, /32,
 * /127, /128) all are used. A range from start to end is used as a whole.
 */
function usableRange(range: IPRange): AddressRange | null {
  if (range.cidr === undefined) return capped(addressRange(range.start ?? '', range.end ?? ''));
  const whole = cidrRange(range.cidr);
  if (!whole || rangeSize(whole) <= 2n) return whole;
  return capped({
    family: whole.family,
    first: whole.first + 1n,
    last: whole.family === 4 ? whole.last - 1n : whole.last,
  });
}

function capped(range: AddressRange | null): AddressRange | null {
  if (!range || rangeSize(range) <= maxRangeSize) return range;
  return { ...range, last: range.first + maxRangeSize - 1n };
}
