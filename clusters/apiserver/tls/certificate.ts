import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { isIP, isIPv4 } from 'node:net';
import { bits, bool, explicit, implicit, integer, octets, oid, sequence, set, time, utf8 } from './der.ts';

/** A certificate with its private key, both PEM. */
export interface Identity {
  readonly certificate: string;
  readonly key: string;
}

export interface CertificateAuthority extends Identity {
  readonly subject: Subject;
}

interface Subject {
  readonly commonName: string;
  readonly organization?: string;
}

interface CertificateRequest {
  readonly subject: Subject;
  readonly usage: 'ca' | 'server' | 'client';
  /** DNS names and IP addresses. */
  readonly names?: readonly string[];
}

const ECDSA_WITH_SHA256 = sequence(oid('1.2.840.10045.4.3.2'));
/** Certificates hold for a year; clocks of virtual machines may be behind for a while. */
const LIFETIME_MS = 365 * 86_400_000;
const BACKDATE_MS = 3_600_000;

/** Key usage bits of RFC 5280 4.2.1.3: digitalSignature, or keyCertSign and cRLSign. */
const keyUsage = {
  ca: bits(Buffer.from([0x06]), 1),
  server: bits(Buffer.from([0x80]), 7),
  client: bits(Buffer.from([0x80]), 7),
};
const extendedUsage = { server: '1.3.6.1.5.5.7.3.1', client: '1.3.6.1.5.5.7.3.2' };

export function createAuthority(commonName: string): CertificateAuthority {
  const subject = { commonName };
  return { ...certificate({ subject, usage: 'ca' }, undefined), subject };
}

/** A P-256 key and its certificate. Written by hand because the libraries for it cost more start-up time than the server has. */
export const issue = (authority: CertificateAuthority, request: CertificateRequest): Identity =>
  certificate(request, authority);

function certificate(request: CertificateRequest, authority: CertificateAuthority | undefined): Identity {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const now = Date.now();
  const spki = publicKey.export({ type: 'spki', format: 'der' });
  const issuerKey = authority === undefined ? privateKey : createPrivateKey(authority.key);
  const serial = randomBytes(16);
  serial[0] = ((serial[0] ?? 0) & 0x7f) | 0x40;
  const body = sequence(
    explicit(0, integer(Buffer.from([2]))),
    integer(serial),
    ECDSA_WITH_SHA256,
    name(authority?.subject ?? request.subject),
    sequence(time(new Date(now - BACKDATE_MS)), time(new Date(now + LIFETIME_MS))),
    name(request.subject),
    spki,
    explicit(3, sequence(...extensions(request, spki, authority))),
  );
  const signature = sign('sha256', body, issuerKey);
  return {
    certificate: pem('CERTIFICATE', sequence(body, ECDSA_WITH_SHA256, bits(signature))),
    key: exportKey(privateKey),
  };
}

const exportKey = (key: KeyObject): string => key.export({ type: 'pkcs8', format: 'pem' }).toString();

function pem(label: string, content: Buffer): string {
  const lines = content.toString('base64').match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`;
}

function name({ commonName, organization }: Subject): Buffer {
  const attribute = (type: string, value: string): Buffer => set(sequence(oid(type), utf8(value)));
  return sequence(
    ...(organization === undefined ? [] : [attribute('2.5.4.10', organization)]),
    attribute('2.5.4.3', commonName),
  );
}

const keyIdentifier = (spki: Buffer): Buffer => createHash('sha1').update(spki.subarray(-65)).digest();

function extensions(
  { usage, names = [] }: CertificateRequest,
  spki: Buffer,
  authority: CertificateAuthority | undefined,
): Buffer[] {
  const extension = (type: string, critical: boolean, value: Buffer): Buffer =>
    sequence(oid(type), ...(critical ? [bool(true)] : []), octets(value));
  const result = [extension('2.5.29.15', true, keyUsage[usage])];
  if (usage === 'ca')
    result.push(
      extension('2.5.29.19', true, sequence(bool(true))),
      extension('2.5.29.14', false, octets(keyIdentifier(spki))),
    );
  else {
    result.push(
      extension('2.5.29.37', false, sequence(oid(extendedUsage[usage]))),
      extension('2.5.29.19', true, sequence()),
    );
    if (authority)
      result.push(extension('2.5.29.35', false, sequence(implicit(0, keyIdentifier(publicKeyOf(authority))))));
  }
  if (names.length > 0) result.push(extension('2.5.29.17', false, sequence(...names.map(alternativeName))));
  return result;
}

const publicKeyOf = (authority: CertificateAuthority): Buffer =>
  createPublicKey(createPrivateKey(authority.key)).export({ type: 'spki', format: 'der' });

function alternativeName(text: string): Buffer {
  if (isIP(text) === 0) return implicit(2, Buffer.from(text));
  return implicit(7, isIPv4(text) ? Buffer.from(text.split('.').map(Number)) : ipv6Bytes(text));
}

function ipv6Bytes(text: string): Buffer {
  const groups = (half: string): string[] => (half === '' ? [] : half.split(':'));
  const [head = '', tail] = new URL(`http://[${text}]`).hostname.slice(1, -1).split('::');
  const [before, after] = [groups(head), groups(tail ?? '')];
  const middle = Array<string>(tail === undefined ? 0 : 8 - before.length - after.length).fill('0');
  return Buffer.from([...before, ...middle, ...after].map((group) => group.padStart(4, '0')).join(''), 'hex');
}
