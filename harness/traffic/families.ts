import type { IpFamily } from '../../agent/linux/sockets.ts';

/** Opens something for IPv4 and for IPv6; a kernel without IPv6 has no such sockets, and nobody who would ask over IPv6. */
export async function onBothFamilies<T>(open: (family: IpFamily, any: string) => T | Promise<T>): Promise<T[]> {
  const v4 = await open(4, '0.0.0.0');
  try {
    return [v4, await open(6, '::')];
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EAFNOSUPPORT') throw error;
    return [v4];
  }
}
