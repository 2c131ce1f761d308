import { randomInt } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { decodeIcmp, icmpProtocol, sourcePortOf } from '../../agent/linux/icmp.ts';
import { anyAddress, familyOf, type Sockets } from '../../agent/linux/sockets.ts';
import type { Target } from './probe.ts';

const udpProtocol = 17;
/** Headers of IP and UDP, bytes. */
const headers = { 4: 28, 6: 48 } as const;
/** Time between two tries, and how often each is made, where datagrams and ICMP errors may be lost or held back. */
const againMs = 150;
const triesPerHop = 4;
const maxHops = 12;

/**
 * Sends datagrams that fill packets of `bytes` and may not be fragmented, until the kernel has learned that the path takes
 * less or `limitMs` have passed; gives the path MTU that it then knows.
 */
export async function learnPathMtu(sockets: Sockets, to: Target, bytes: number, limitMs: number): Promise<number> {
  const family = familyOf(to.host);
  using socket = sockets.open({ family, type: 'datagram', protocol: udpProtocol });
  const PMTUDISC_DO = 2;
  socket.set('mtuDiscover', PMTUDISC_DO);
  socket.connect(to);
  const filling = Buffer.alloc(bytes - headers[family], ' ');
  const known = (): number => {
    try {
      return socket.get('mtu');
    } catch (error) {
      // The kernel has let go of the route, as it does where routes change (IPV6_MTU in net/ipv6/ipv6_sockglue.c).
      if ((error as NodeJS.ErrnoException).code !== 'ENOTCONN') throw error;
      socket.connect(to);
      return socket.get('mtu');
    }
  };
  for (let waitedMs = 0; waitedMs < limitMs && known() >= bytes; waitedMs += againMs) {
    try {
      socket.send(filling, to);
    } catch (error) {
      // An error about an earlier datagram, or that this one is too large by now.
      if (!['EMSGSIZE', 'ECONNREFUSED'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
    }
    await sleep(againMs);
  }
  return known();
}

/** Who says that a datagram has expired, hop by hop, until one arrives; null for a hop that says nothing. */
export async function tracePath(
  sockets: Sockets,
  to: Target,
  signal: AbortSignal,
): Promise<{ hops: (string | null)[]; reached: boolean }> {
  const family = familyOf(to.host);
  using icmp = sockets.open({ family, type: 'raw', protocol: icmpProtocol[family] });
  using udp = sockets.open({ family, type: 'datagram', protocol: udpProtocol });
  const ownPort = randomInt(49_152, 65_536);
  udp.bind({ host: anyAddress(to.host), port: ownPort });
  let expiredAt: string | undefined;
  let reached = false;
  icmp.onDatagram((message, from) => {
    const error = decodeIcmp(family, message);
    if (error === null || !('about' in error) || sourcePortOf(family, error) !== ownPort) return;
    if (error.kind === 'time exceeded') expiredAt = from;
    if (error.kind === 'unreachable') reached = true;
  });
  udp.onDatagram(() => (reached = true));
  const hops: (string | null)[] = [];
  while (!reached && hops.length < maxHops && !signal.aborted) {
    expiredAt = undefined;
    udp.set('ttl', hops.length + 1);
    for (let tries = 0; tries < triesPerHop && expiredAt === undefined && !reached; tries += 1) {
      udp.send(Buffer.from(`trace.${hops.length}`), to);
      for (let waitedMs = 0; waitedMs < againMs && expiredAt === undefined && !reached; waitedMs += 5) await sleep(5);
    }
    if (!reached) hops.push(expiredAt ?? null);
  }
  return { hops, reached };
}
