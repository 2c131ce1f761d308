import { X509Certificate } from 'node:crypto';
import { expect, test } from 'vitest';
import { createAuthority, issue } from './certificate.ts';

const authority = await createAuthority('kubernetes');
const ca = new X509Certificate(authority.certificate);

test('an authority signs itself, and may sign others', () => {
  expect(ca.ca).toBe(true);
  expect(ca.verify(ca.publicKey)).toBe(true);
  expect(ca.subject).toBe('CN=kubernetes');
});

test('a server certificate names hosts and addresses', async () => {
  const names = ['localhost', '127.0.0.1', '::1', '10.96.0.1', 'kubernetes.default.svc'];
  const made = await issue(authority, { subject: { commonName: 'kube-apiserver' }, usage: 'server', names });
  const server = new X509Certificate(made.certificate);
  expect(server.verify(ca.publicKey)).toBe(true);
  expect(server.checkIssued(ca)).toBe(true);
  expect(server.ca).toBe(false);
  expect(server.keyUsage).toEqual(['1.3.6.1.5.5.7.3.1']);
  expect(server.checkHost('kubernetes.default.svc')).toBe('kubernetes.default.svc');
  expect(server.checkHost('elsewhere')).toBeUndefined();
  for (const address of ['127.0.0.1', '::1', '10.96.0.1']) expect(server.checkIP(address)).toBe(address);
});

test('a client certificate says who, and in which group', async () => {
  const subject = { commonName: 'admin', organization: 'system:masters' };
  const client = new X509Certificate((await issue(authority, { subject, usage: 'client' })).certificate);
  expect(client.subject).toBe('O=system:masters\nCN=admin');
  expect(client.keyUsage).toEqual(['1.3.6.1.5.5.7.3.2']);
  expect(Date.parse(client.validTo) - Date.parse(client.validFrom)).toBeGreaterThan(365 * 86_400_000);
});
