import { setTimeout as sleep } from 'node:timers/promises';
import { familyOf, type Sockets } from '../../agent/linux/sockets.ts';
import { forgedPacket } from './forged-packet.ts';
import type { FlowsCommand } from './flows-protocol.ts';

/** Takes packets with the IP header (linux/in.h): a socket for each source port would be tens of thousands. */
const IPPROTO_RAW = 255;
/** 50,000 a second at the most, so that queues on the way do not overflow. */
const paced = { packets: 100, everyMs: 2 };

/** Sends one datagram of each flow; resolves with how many. */
export async function sendFlows(sockets: Sockets, command: FlowsCommand, signal: AbortSignal): Promise<number> {
  const { host, port, from, firstSourcePort, count } = command;
  using raw = sockets.open({ family: familyOf(host), type: 'raw', protocol: IPPROTO_RAW });
  for (let sent = 0; sent < count; sent += 1) {
    if (sent % paced.packets === 0) await sleep(paced.everyMs, undefined, { signal });
    const flow = { source: from, sourcePort: firstSourcePort + sent, host, port };
    raw.send(forgedPacket({ kind: 'udp', ...flow, ttl: 64, payload: Buffer.from('flow') }), flow);
  }
  return count;
}
