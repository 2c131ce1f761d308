import { once } from 'node:events';
import { randomBytes } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { nativeSockets } from '../../agent/linux/native-sockets.ts';
import { serveProgramsOn } from '../../clusters/existing/program-server.ts';
import type { RunSession } from '../../clusters/program.ts';
import { clusterPrograms } from '../runner/provision.ts';
import type { CommandContext } from './context.ts';
import { exitCodes, UsageError } from './exit-codes.ts';

/** Makes this machine the outside host of a cluster that exists, until it is stopped. */
export async function host({ flags, settings, print, note, signal }: CommandContext): Promise<number> {
  const listen = /^(?:(?<address>[\d.]+):)?(?<port>\d+)$/.exec(String(flags['listen']))?.groups;
  if (listen === undefined) throw new UsageError(`--listen ${String(flags['listen'])}: give PORT or ADDRESS:PORT`);
  const token = settings.hostToken ?? randomBytes(16).toString('hex');
  const programs = Object.entries(clusterPrograms).map(([name, url]): [string, () => Promise<RunSession>] => [
    name,
    async () => ((await import(url.href)) as { runSession: RunSession }).runSession,
  ]);
  const server = await serveProgramsOn({
    sockets: nativeSockets(),
    host: listen['address'] ?? '127.0.0.1',
    port: Number(listen['port']),
    token,
    programs: Object.fromEntries(programs),
    log: note,
  }).catch((error: Error) => {
    throw new UsageError(`--listen ${String(flags['listen'])}: ${error.message}`);
  });
  const { address, port } = server.address() as AddressInfo;
  print(`listening on ${address}:${port}; whoever runs the suite needs:`);
  print(
    `  EGRESSPROOF_HOST_TOKEN=${token} npx egressproof test --provider existing --witness-control ${address}:${port} ...`,
  );
  if (!signal.aborted) await once(signal, 'abort');
  server.close();
  return exitCodes.passed;
}
