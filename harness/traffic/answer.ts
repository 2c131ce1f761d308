import { z } from 'zod';
import type { Peer } from './protocol.ts';

/** Who asked, as the server saw it. */
export interface Answered {
  readonly token: string;
  readonly address: string;
  readonly sourcePort: number;
}

const form = z.object({ token: z.string(), address: z.string(), port: z.int() });

/** What a server answers: the client as it saw it. */
export function answerText({ token, address, sourcePort }: Answered): string {
  return JSON.stringify({ token, address, port: sourcePort });
}

/** Whose answer it is. */
export const answerToken = (text: string): string => form.parse(JSON.parse(text)).token;

/** An answer that belongs to another token would prove nothing about this one. */
export function peerOf(text: string, token: string): Peer {
  const { address, port, token: answered } = form.parse(JSON.parse(text));
  if (answered !== token) throw new Error(`asked with token ${token}, answered for ${answered}`);
  return { address, port };
}
