import { randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { TLSSocket } from 'node:tls';
import { unauthorized } from './status/api-error.ts';

export interface User {
  readonly name: string;
  readonly groups: readonly string[];
}

const anonymous: User = { name: 'system:anonymous', groups: ['system:unauthenticated'] };
const open = new Set(['/healthz', '/livez', '/readyz', '/version']);

/** Who a request comes from: a client certificate of our authority (CN, O), or a bearer token. */
export class Authenticator {
  readonly #tokens = new Map<string, { user: User; expires: number }>();
  readonly #bySocket = new WeakMap<object, User | null>();

  constructor(tokens: Readonly<Record<string, User>> = {}) {
    for (const [token, user] of Object.entries(tokens)) this.#tokens.set(token, { user, expires: Infinity });
  }

  /** Throws a 401 for whoever is nobody, except for the health and version paths. */
  authenticate(request: IncomingMessage, pathname: string): User {
    const bearer = /^Bearer\s+(\S+)$/i.exec(request.headers.authorization ?? '')?.[1];
    if (bearer !== undefined) {
      const known = this.#tokens.get(bearer);
      if (!known || known.expires < Date.now()) throw unauthorized();
      return known.user;
    }
    const user = this.#certificateUser(request.socket as TLSSocket);
    if (user) return user;
    const [first = ''] = pathname.split('/').slice(1);
    if (open.has(`/${first}`)) return anonymous;
    throw unauthorized();
  }

  /** A token for a service account, valid for some seconds. */
  issue(user: User, seconds: number): { token: string; expires: Date } {
    const token = `egressproof.${randomBytes(24).toString('base64url')}`;
    const expires = Date.now() + seconds * 1000;
    this.#tokens.set(token, { user, expires });
    for (const [old, entry] of this.#tokens) if (entry.expires < Date.now()) this.#tokens.delete(old);
    return { token, expires: new Date(expires) };
  }

  #certificateUser(socket: TLSSocket): User | null {
    const known = this.#bySocket.get(socket);
    if (known !== undefined) return known;
    let user: User | null = null;
    if (socket.authorized) {
      const { CN, O } = socket.getPeerCertificate().subject as { CN?: string; O?: string | string[] };
      if (CN) user = { name: CN, groups: [...(O === undefined ? [] : [O].flat()), 'system:authenticated'] };
    }
    this.#bySocket.set(socket, user);
    return user;
  }
}
