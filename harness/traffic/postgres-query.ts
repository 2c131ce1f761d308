import pg from 'pg';
import type { Sockets } from '../../agent/linux/sockets.ts';
import { outcomeOf, whenAborted } from './outcome.ts';
import type { Outcome, Peer, QueryCommand } from './protocol.ts';

/** Class 28 of PostgreSQL's error codes: invalid authorization, which is what pg_hba.conf's refusal gives. */
const authorizationClass = '28';

/** Runs the command's SQL over a connection of its own; its first row must be `(address, port)` of the client. */
export async function queryPostgres(
  sockets: Sockets,
  command: QueryCommand,
  token: string,
  signal: AbortSignal,
): Promise<Peer> {
  const socket = sockets.connectTcp({ host: command.host, port: command.port });
  const client = new pg.Client({
    host: command.host,
    port: command.port,
    database: command.database,
    user: command.user,
    password: command.password,
    application_name: token,
    // pg calls connect() on the stream it is given; this one is already on its way, from the pod's own namespace.
    stream: () => Object.assign(socket, { connect: () => socket }),
  });
  client.on('error', () => undefined);
  try {
    const asked = client.connect().then(() => client.query<[string, number]>({ text: command.sql, rowMode: 'array' }));
    const { rows } = await Promise.race([asked, whenAborted(signal)]);
    const [row] = rows;
    if (row === undefined) throw new Error(`${command.sql} returned no row`);
    return { address: row[0], port: row[1] };
  } finally {
    await Promise.race([
      client.end().catch(() => undefined),
      whenAborted(AbortSignal.timeout(200)).catch(() => undefined),
    ]);
    socket.destroy();
  }
}

/** A refusal by the database is an answer, not a failure of the network. */
export function queryOutcome(error: unknown): Outcome {
  if (error instanceof pg.DatabaseError) return error.code?.startsWith(authorizationClass) ? 'rejected' : 'probeError';
  return outcomeOf(error);
}
