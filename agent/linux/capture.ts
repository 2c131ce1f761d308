import {
  AF_PACKET,
  SOCK_RAW,
  SOL_PACKET,
  SOL_SOCKET,
  SO_RCVBUF,
  SO_RCVBUFFORCE,
  bind,
  getsockopt,
  interfaceIndex,
  keepOnly,
  setsockopt,
  socket,
} from './libc.ts';
import { readDatagrams } from './datagrams.ts';
import { inNetnsOrHere } from './netns.ts';
import { parseFrame } from './packet-parse.ts';
import type { PacketHeaders } from './packet-parse.ts';
import { htons, sockaddrLl } from './packet.ts';

const ETH_P_ALL = 0x0003;
const PACKET_STATISTICS = 6;
/** The kernel grants less where it may (net.core.rmem_max), so no packet must take more of it than is looked at. */
const BUFFER_BYTES = 8 * 1024 * 1024;
/** Enough for all headers, and for the text in an echo of the harness. */
const COPY_BYTES = 512;

export interface Capture {
  /** Packets so far that the kernel had to drop because this process did not take them in time. */
  dropped(): number;
  /** Ends the capture; how many packets the kernel saw for it, and how many of them it had to drop. */
  stop(): Promise<{ readonly packets: number; readonly dropped: number }>;
}

/**
 * Calls `onPacket` with the headers of every IPv4, IPv6 and ARP packet that goes in or out of an interface, and the time
 * (CLOCK_MONOTONIC, nanoseconds) at which this process got it. Throws a SystemCallError, e.g. ENODEV or EPERM.
 */
export function openCapture(
  iface: string,
  onPacket: (packet: PacketHeaders, atNs: bigint) => void,
  options: { netns?: string } = {},
): Capture {
  const fd = inNetnsOrHere(options.netns, () => {
    const index = interfaceIndex(iface);
    const opened = socket(AF_PACKET, SOCK_RAW, htons(ETH_P_ALL));
    enlargeBuffer(opened);
    keepOnly(opened, COPY_BYTES);
    bind(opened, sockaddrLl(index, ETH_P_ALL));
    return opened;
  });
  const controller = new AbortController();
  const reading = readDatagrams(
    fd,
    (frame) => {
      const packet = parseFrame(frame);
      if (packet) onPacket(packet, process.hrtime.bigint());
    },
    controller.signal,
  );
  const total = { packets: 0, dropped: 0 };
  const count = (): typeof total => {
    // struct tpacket_stats: packets (the dropped ones included) and drops, reset by reading.
    const statistics = getsockopt(fd, SOL_PACKET, PACKET_STATISTICS, 8);
    total.packets += statistics.readUInt32LE(0);
    total.dropped += statistics.readUInt32LE(4);
    return total;
  };
  return {
    dropped: () => count().dropped,
    stop: async () => {
      const counted = { ...count() };
      controller.abort();
      await reading;
      return counted;
    },
  };
}

/** Beyond net.core.rmem_max where the administrator of the machine asks, else as far as that allows: socket(7). */
function enlargeBuffer(fd: number): void {
  try {
    setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, BUFFER_BYTES);
  } catch {
    setsockopt(fd, SOL_SOCKET, SO_RCVBUF, BUFFER_BYTES);
  }
}
