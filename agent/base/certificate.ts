// The library's dependency injection wants it before anything else.
import 'reflect-metadata';
import type { webcrypto } from 'node:crypto';
import { isIP } from 'node:net';
import {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  PemConverter,
  SubjectAlternativeNameExtension,
  SubjectKeyIdentifierExtension,
  X509CertificateGenerator,
} from '@peculiar/x509';
import type { Extension } from '@peculiar/x509';

/** A certificate with its private key, both PEM. */
export interface Identity {
  readonly certificate: string;
  readonly key: string;
}

export interface CertificateAuthority extends Identity {
  readonly subject: Subject;
  readonly keys: webcrypto.CryptoKeyPair;
}

interface Subject {
  readonly commonName: string;
  readonly organization?: string;
}

interface CertificateRequest {
  readonly subject: Subject;
  readonly usage: 'server' | 'client';
  /** DNS names and IP addresses. */
  readonly names?: readonly string[];
}

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
/** Certificates hold for a year; clocks of virtual machines may be behind for a while. */
const LIFETIME_MS = 365 * 86_400_000;
const BACKDATE_MS = 3_600_000;

/** A self-signed authority with a P-256 key. */
export async function createAuthority(commonName: string): Promise<CertificateAuthority> {
  const keys = await generateKeys();
  const subject = { commonName };
  const identity = await certificate(subject, subject, keys, keys, [
    new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
    new BasicConstraintsExtension(true, undefined, true),
    await SubjectKeyIdentifierExtension.create(keys.publicKey),
  ]);
  return { ...identity, subject, keys };
}

/** A P-256 key and its certificate, signed by the authority. */
export async function issue(
  authority: CertificateAuthority,
  { subject, usage, names = [] }: CertificateRequest,
): Promise<Identity> {
  const alternatives = names.map((value) => ({ type: isIP(value) === 0 ? ('dns' as const) : ('ip' as const), value }));
  return certificate(subject, authority.subject, await generateKeys(), authority.keys, [
    new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
    new ExtendedKeyUsageExtension([usage === 'server' ? ExtendedKeyUsage.serverAuth : ExtendedKeyUsage.clientAuth]),
    new BasicConstraintsExtension(false, undefined, true),
    await AuthorityKeyIdentifierExtension.create(authority.keys.publicKey),
    ...(alternatives.length === 0 ? [] : [new SubjectAlternativeNameExtension(alternatives)]),
  ]);
}

const generateKeys = (): Promise<webcrypto.CryptoKeyPair> =>
  crypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);

async function certificate(
  subject: Subject,
  issuer: Subject,
  keys: webcrypto.CryptoKeyPair,
  issuerKeys: webcrypto.CryptoKeyPair,
  extensions: Extension[],
): Promise<Identity> {
  const now = Date.now();
  const made = await X509CertificateGenerator.create({
    subject: distinguishedName(subject),
    issuer: distinguishedName(issuer),
    notBefore: new Date(now - BACKDATE_MS),
    notAfter: new Date(now + LIFETIME_MS),
    signingAlgorithm: algorithm,
    publicKey: keys.publicKey,
    signingKey: issuerKeys.privateKey,
    extensions,
  });
  const key = await crypto.subtle.exportKey('pkcs8', keys.privateKey);
  return { certificate: `${made.toString('pem')}\n`, key: `${PemConverter.encode(key, 'PRIVATE KEY')}\n` };
}

const distinguishedName = ({ commonName, organization }: Subject): { [type: string]: string[] }[] => [
  ...(organization === undefined ? [] : [{ O: [organization] }]),
  { CN: [commonName] },
];
