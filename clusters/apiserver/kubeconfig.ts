import type { Identity } from '../../agent/base/certificate.ts';

const base64 = (text: string): string => Buffer.from(text).toString('base64');

/** A kubeconfig for one cluster and its administrator. JSON, which is YAML as well. */
export function kubeconfig(server: string, ca: string, { certificate, key }: Identity, name: string): string {
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name, cluster: { server, 'certificate-authority-data': base64(ca) } }],
    users: [
      { name: 'admin', user: { 'client-certificate-data': base64(certificate), 'client-key-data': base64(key) } },
    ],
    contexts: [{ name, context: { cluster: name, user: 'admin' } }],
    'current-context': name,
  };
  return `${JSON.stringify(config, null, 2)}\n`;
}
