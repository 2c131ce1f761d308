import { openCapture, type Capture } from '../../agent/linux/capture.ts';
import type { PacketHeaders } from '../../agent/linux/packet-parse.ts';
import type { ProgramSession } from '../../clusters/program.ts';
import { messageOf } from './outcome.ts';
import { parseWireArgs, type WatchedInterface } from './capture-args.ts';
import { captureCommand, type CaptureEvent, type PacketEvent } from './protocol.ts';
import { sessionLines } from './session-lines.ts';
import { inCidr } from '../check/address.ts';

/** Packets that have been seen are told after this long, or when there are this many. */
const batchMs = 20;
const batchSize = 500;
/** The discard port (RFC 863): nobody listens there. */
const discardPort = 9;
/** A fence's own packet is sent again after this long: the first one may wait for ARP. */
const fenceAgainMs = 100;

/**
 * Tells every packet on the interfaces that comes from or goes to a network, and ARP.
 * A fence: a datagram of the program's own leaves through each interface, and when it has been seen, so has everything before it.
 */
export async function runSession(session: ProgramSession): Promise<number> {
  const { interfaces, network } = parseWireArgs(session.args);
  const emit = (event: CaptureEvent): void => session.writeLine(JSON.stringify(event));
  const own = await session.sockets.bindUdp({ port: 0 });
  own.on('error', () => undefined);
  const ownPort = own.address().port;
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
          if (packet.sport === ownPort && packet.dst === watched.sentinel) seenOwn.get(watched.name)?.();
          else if (packet.protocol === 'arp' || inCidr(packet.src, network) || inCidr(packet.dst, network)) {
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
      const passed = interfaces.map(async ({ name, sentinel }: WatchedInterface) => {
        const { promise, resolve } = Promise.withResolvers<void>();
        seenOwn.set(name, resolve);
        const send = (): void => own.send('fence', discardPort, sentinel, () => undefined);
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
    own.close();
    await Promise.all(captures.map((capture) => capture.stop()));
  }
  return 0;
}

function packetEvent(iface: string, { protocol, src, dst, sport, dport }: PacketHeaders, atNs: bigint): PacketEvent {
  const ports = sport === null || dport === null ? {} : { sport, dport };
  return { iface, atUs: Number(atNs / 1000n), protocol, src, dst, ...ports };
}
