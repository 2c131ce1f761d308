import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Sockets } from '../../agent/linux/sockets.ts';
import type { BulkCommand } from './bulk-protocol.ts';
import { nowUs } from './protocol.ts';

const chunk = Buffer.alloc(64 * 1024);
/** Payload of a datagram: with its headers it fits into an overlay's MTU of 1450. */
const datagramBytes = 1_400;
/** Datagrams are sent in groups, this far apart. */
const groupMs = 5;

/** Sends as much as goes through, or by UDP as much as it was told to; resolves with the octets that were sent. */
export function sendBulk(sockets: Sockets, command: BulkCommand, signal: AbortSignal): Promise<number> {
  const until = AbortSignal.any([AbortSignal.timeout(command.durationMs), signal]);
  return command.mbitPerSecond === undefined
    ? sendTcp(sockets, command, until)
    : sendUdp(sockets, command, command.mbitPerSecond, until);
}

async function sendTcp(sockets: Sockets, { host, port }: BulkCommand, until: AbortSignal): Promise<number> {
  const socket = sockets.connectTcp({ host, port });
  try {
    const failed = once(socket, 'close').then(() => {
      throw new Error(`${host}:${port} closed the connection`);
    });
    failed.catch(() => undefined);
    await Promise.race([once(socket, 'connect'), failed]);
    const ended = once(until, 'abort');
    while (!until.aborted) {
      if (!socket.write(chunk)) await Promise.race([once(socket, 'drain'), failed, ended]);
    }
    return socket.bytesWritten - socket.writableLength;
  } finally {
    // With a reset: what is still on its way must not arrive in the next measurement.
    socket.resetAndDestroy();
  }
}

async function sendUdp(
  sockets: Sockets,
  { host, port }: BulkCommand,
  mbitPerSecond: number,
  until: AbortSignal,
): Promise<number> {
  const socket = await sockets.bindUdp({ port: 0 });
  const datagram = chunk.subarray(0, datagramBytes);
  const startUs = nowUs();
  let sent = 0;
  try {
    while (!until.aborted) {
      const due = ((nowUs() - startUs) * mbitPerSecond) / 8;
      for (; sent < due; sent += datagramBytes) socket.send(datagram, port, host, () => undefined);
      await sleep(groupMs, undefined, { signal: until }).catch(() => undefined);
    }
    return sent;
  } finally {
    socket.close();
  }
}
