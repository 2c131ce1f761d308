import { familyOf } from '../../agent/linux/sockets.ts';
import type { Testbed } from './testbed.ts';

/** An address that nobody else uses until `undo` is; with a number from 1, this very one of the range. */
export function newAddress({ addresses }: Testbed, undo: AsyncDisposableStack, number?: number): string {
  const address = number === undefined ? addresses.take() : addresses.claim(number);
  undo.defer(() => addresses.release(address));
  return address;
}

/** The same of IPv6. */
export function newAddress6({ cluster, addresses, addresses6 }: Testbed, undo: AsyncDisposableStack): string {
  const of6 = familyOf(cluster.topology.egressRange.first) === 6 ? addresses : addresses6;
  const address = of6.take();
  undo.defer(() => of6.release(address));
  return address;
}
