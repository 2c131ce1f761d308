import { read } from 'node:fs';
import { SOL_SOCKET, SO_RCVTIMEO, close, receive, setsockopt } from './libc.ts';

/** How long a read waits in its thread before it looks whether it should stop, microseconds. */
const LOOK_US = 200_000;
const LARGEST_BYTES = 0x10000;
/** Datagrams taken in one go before other work of the process gets its turn. */
const BURST = 512;

/**
 * Calls `onDatagram` with each datagram of a raw socket that Node has no class for. The wait is a blocking read(2) in libuv's thread pool: no polling. Resolves, with the socket closed, after `signal`.
 */
export async function readDatagrams(
  fd: number,
  onDatagram: (datagram: Buffer) => void,
  signal: AbortSignal,
  onOverrun: () => void = () => {},
): Promise<void> {
  const timeout = Buffer.alloc(16);
  timeout.writeBigInt64LE(BigInt(LOOK_US), 8);
  setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, timeout);
  const buffer = Buffer.alloc(LARGEST_BYTES);
  try {
    while (!signal.aborted) {
      try {
        const first = await blockingRead(fd, buffer);
        if (first > 0) onDatagram(buffer.subarray(0, first));
        for (let count = 0; count < BURST; count++) {
          const length = receive(fd, buffer);
          if (length === null) break;
          onDatagram(buffer.subarray(0, length));
        }
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOBUFS') throw error;
        onOverrun();
      }
    }
  } finally {
    close(fd);
  }
}

/** Bytes read; 0 when the time was up. */
function blockingRead(fd: number, buffer: Buffer): Promise<number> {
  return new Promise((resolve, reject) => {
    read(fd, buffer, 0, buffer.length, null, (error, length) => {
      if (error === null) resolve(length);
      else if (error.code === 'EAGAIN' || error.code === 'EINTR') resolve(0);
      else reject(error);
    });
  });
}
