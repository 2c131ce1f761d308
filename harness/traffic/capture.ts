import { openCapture, type Capture } from '../../agent/linux/capture.ts';
import { anyAddress } from '../../agent/linux/sockets.ts';
import type { PacketHeaders } from '../../agent/linux/packet-parse.ts';
import type { ProgramSession } from '../../clusters/program.ts';
import { messageOf } from './outcome.ts';
import { parseEcho } from './icmp-echo.ts';
import { parseWireArgs } from './capture-args.ts';
import { isSinkPort } from './bulk-protocol.ts';
import { captureCommand, type CaptureEvent, type PacketEvent } from './capture-protocol.ts';
import { sessionLines } from './session-lines.ts';
import { memberOf, sameAddress } from '../check/address.ts';

/** Packets that have been seen are told after this long, or when there are this many. */
const batchMs = 20;
const batchSize = 500;
/** The discard port (RFC 863): nobody listens there. */
const discardPort = 9;
/** A fence's own packet is sent again after this long: the first one may wait for ARP. */
const fenceAgainMs = 100;
/** What hosts of one link say to each other, whatever the network. */
const ofTheLink: ReadonlySet<PacketHeaders['protocol']> = new Set(['arp', 'nd']);

/** Thousands of packets a second that say the same; that a connection begins is told. */
const isBulk = ({ sport, dport, tcpFlags }: PacketHeaders): boolean =>
  (isSinkPort(dport) && !tcpFlags.includes('S')) || isSinkPort(sport);

/**
 * Tells every packet on the interfaces that comes from or goes to one of the networks, ARP and Neighbour Discovery.
 * A fence: a datagram of the program's own leaves through each interface, and when it has been seen, so has everything before it.
 */
export async function runSession(session: ProgramSession): Promise<number> {
  const { interfaces, networks } = parseWireArgs(session.args);
  const emit = (event: CaptureEvent): void => session.writeLine(JSON.stringify(event));
  const isOurs = memberOf(networks);
  await using sockets = new AsyncDisposableStack();
  const own = new Map<string, { readonly send: () => void; readonly port: number }>();
  for (const { name, sentinel } of interfaces) {
    const socket = await session.sockets.bindUdp({ host: anyAddress(sentinel), port: 0 });
    sockets.defer(() => void socket.close());
    socket.on('error', () => undefined);
    const send = (): void => socket.send('fence', discardPort, sentinel, () => undefined);
    own.set(name, { send, port: socket.address().port });
  }
  const seenOwn = new Map<string, () => void>();
  let batch: PacketEvent[] = [];
  const flush = (): void => {
    if (batch.length > 0) emit({ event: 'packets', packets: batch });
    batch = [];
  };
  const timer = setInterval(flush, batchMs);
  const captures: Capture[] = [];
  try {
    for (const watched of interfaces) {
      captures.push(
        openCapture(watched.name, (packet, atNs) => {
          if (packet.sport === own.get(watched.name)?.port && sameAddress(packet.dst, watched.sentinel))
            seenOwn.get(watched.name)?.();
          else if (isBulk(packet)) return;
          else if (ofTheLink.has(packet.protocol) || isOurs(packet.src) || isOurs(packet.dst)) {
            batch.push(packetEvent(watched.name, packet, atNs));
            if (batch.length >= batchSize) flush();
          }
        }),
      );
    }
    emit({ event: 'ready', interfaces: interfaces.map(({ name }) => name) });
    // One after the other: cases that run side by side fence the same capture.
    let fences = Promise.resolve();
    const fence = async (id: string): Promise<void> => {
      const passed = [...own].map(async ([name, { send }]) => {
        const { promise, resolve } = Promise.withResolvers<void>();
        seenOwn.set(name, resolve);
        const again = setInterval(send, fenceAgainMs);
        send();
        await promise.finally(() => clearInterval(again));
      });
      await Promise.all(passed);
      flush();
      emit({ event: 'fence', id, dropped: captures.reduce((sum, capture) => sum + capture.dropped(), 0) });
    };
    for await (const line of sessionLines(session)) {
      const { id } = captureCommand.parse(JSON.parse(line));
      fences = fences.then(() => fence(id));
    }
  } catch (error) {
    session.writeError(`capturing on ${interfaces.map(({ name }) => name).join(', ')} failed: ${messageOf(error)}`);
    return 1;
  } finally {
    clearInterval(timer);
    await Promise.all(captures.map((capture) => capture.stop()));
  }
  return 0;
}

function packetEvent(iface: string, packet: PacketHeaders, atNs: bigint): PacketEvent {
  const { protocol, src, dst, srcMac, length, ttl, tcpFlags, maxSegment, trafficClass } = packet;
  return {
    iface,
    atUs: Number(atNs / 1000n),
    protocol,
    src,
    dst,
    ...portsOf(packet),
    from: srcMac,
    bytes: length,
    ttl,
    ...(packet.target === null ? {} : { target: packet.target }),
    ...(trafficClass === 0 ? {} : { trafficClass }),
    ...(tcpFlags === '' ? {} : { tcpFlags }),
    ...(maxSegment === null ? {} : { maxSegment }),
    ...(packet.hasOptions ? { hasOptions: true } : {}),
    ...(packet.isFragment ? { isFragment: true } : {}),
  };
}

function portsOf({ sport, dport, echo }: PacketHeaders): { sport?: number; dport?: number } {
  if (sport !== null && dport !== null) return { sport, dport };
  const asked = echo === null ? null : parseEcho(echo.data);
  return echo === null || asked === null ? {} : { sport: echo.id, dport: asked.port };
}
