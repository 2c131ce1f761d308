import { AF_NETLINK, SOCK_RAW, bind, close, receive, sendto, socket } from './libc.ts';
import { HEADER_BYTES, kernelAddress } from './netlink.ts';
import { inNetnsOrHere } from './netns.ts';

const NLMSG_ERROR = 2;

/**
 * Sends one message that asks for an acknowledgement. The kernel does what it is told before it answers, so that it is
 * done when this returns. Throws an Error with what was attempted and the errno.
 */
export function netlinkRequest(protocol: number, message: Buffer, what: string, options: { netns?: string }): void {
  inNetnsOrHere(options.netns, () => {
    const fd = socket(AF_NETLINK, SOCK_RAW, protocol);
    try {
      bind(fd, kernelAddress());
      sendto(fd, message, kernelAddress());
      const answer = Buffer.alloc(1_024);
      const length = receive(fd, answer) ?? 0;
      const isAnswer = length >= HEADER_BYTES + 4 && answer.readUInt16LE(4) === NLMSG_ERROR;
      const errno = isAnswer ? -answer.readInt32LE(HEADER_BYTES) : null;
      if (errno !== 0)
        throw new Error(`the kernel did not ${what}: ${errno === null ? 'no answer' : `errno ${errno}`}`);
    } finally {
      close(fd);
    }
  });
}
