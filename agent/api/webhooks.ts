import type { KubeObject } from '../kube/object.ts';
import { egresses } from './egress.ts';
import { externalIPPools } from './external-ip-pool.ts';

export const webhookPaths = { egress: '/validate/egress', pool: '/validate/externalippool' } as const;
export const webhookConfigurationName = 'egressproof-controller';
/** The controller's port for the API server, on its node. */
export const webhookPort = 10_358;
const serviceName = 'egressproof-webhook';

/** The service, as the API server names it. */
export const webhookHost = `${serviceName}.egressproof-system.svc`;

/** The service of the webhook and its configuration; the controller puts its certificate in when it starts. */
export function webhookObjects(namespace: string, labels: Readonly<Record<string, string>>, app: string): KubeObject[] {
  const webhook = (name: string, plural: string, path: string): object => ({
    name,
    clientConfig: { service: { name: serviceName, namespace, path, port: 443 } },
    rules: [
      {
        operations: ['CREATE', 'UPDATE'],
        apiGroups: [egresses.group],
        apiVersions: [egresses.version],
        resources: [plural],
        scope: 'Cluster',
      },
    ],
    admissionReviewVersions: ['v1'],
    sideEffects: 'None',
    timeoutSeconds: 5,
  });
  const object = (fields: KubeObject): KubeObject => fields;
  return [
    object({
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: serviceName, namespace, labels: { ...labels } },
      ...{
        spec: {
          selector: { 'app.kubernetes.io/name': app },
          ports: [{ name: 'https', port: 443, targetPort: webhookPort, protocol: 'TCP' }],
        },
      },
    }),
    object({
      apiVersion: 'admissionregistration.k8s.io/v1',
      kind: 'ValidatingWebhookConfiguration',
      metadata: { name: webhookConfigurationName, labels: { ...labels } },
      ...{
        webhooks: [
          webhook('egressvalidator.egressproof.dev', egresses.plural, webhookPaths.egress),
          webhook('externalippoolvalidator.egressproof.dev', externalIPPools.plural, webhookPaths.pool),
        ],
      },
    }),
  ];
}
