import { AF_PACKET, SOCK_RAW, close, hardwareAddress, interfaceIndex, sendto, socket } from './libc.ts';
import { neighbourAdvertisement } from './neighbour-advertisement.ts';
import { inNetnsOrHere } from './netns.ts';
import { gratuitousArpFrames, sockaddrLl } from './packet.ts';

/**
 * Tells the LAN where addresses are. Its one socket is bound to nothing and stays open: the kernel waits for all
 * processors when a packet socket is bound or closed (synchronize_net in packet_do_bind and packet_release), which for
 * hundreds of addresses takes seconds.
 */
export class Announcer implements Disposable {
  readonly #netns: string | undefined;
  readonly #fd: number;

  constructor(options: { netns?: string } = {}) {
    this.#netns = options.netns;
    this.#fd = inNetnsOrHere(this.#netns, () => socket(AF_PACKET, SOCK_RAW, 0));
  }

  /** Tells that the addresses are at this interface now. Throws a SystemCallError, e.g. ENODEV or EPERM. */
  announce(iface: string, addresses: Iterable<string>): void {
    const { index, mac } = inNetnsOrHere(this.#netns, () => ({
      index: interfaceIndex(iface),
      mac: hardwareAddress(iface),
    }));
    for (const address of addresses) {
      const frames = address.includes(':') ? [neighbourAdvertisement(address, mac)] : gratuitousArpFrames(address, mac);
      for (const frame of frames)
        sendto(this.#fd, frame, sockaddrLl(index, frame.readUInt16BE(12), frame.subarray(0, 6)));
    }
  }

  [Symbol.dispose](): void {
    close(this.#fd);
  }
}
