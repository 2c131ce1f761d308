import { qualifiedNameFaults } from '../schema/names.ts';
import { invalid, notSupported, required } from '../status/field-error.ts';
import { fill } from './pod-defaults.ts';
import type { Strategy } from './definition.ts';

type Part = Record<string, any>;

/** ValidatingWebhookConfiguration (k8s.io/kubernetes/pkg/apis/admissionregistration). */
export const webhookConfigurationStrategy: Strategy = {
  generation: true,
  defaults(configuration) {
    for (const webhook of (configuration['webhooks'] ?? []) as Part[]) {
      fill(webhook, {
        failurePolicy: 'Fail',
        matchPolicy: 'Equivalent',
        namespaceSelector: {},
        objectSelector: {},
        timeoutSeconds: 10,
      });
      for (const rule of (webhook['rules'] ?? []) as Part[]) fill(rule, { scope: '*' });
      if (webhook['clientConfig']?.service) fill(webhook['clientConfig'].service, { port: 443 });
    }
  },
  validate: (configuration) =>
    ((configuration['webhooks'] ?? []) as Part[]).flatMap((webhook, i) => {
      const field = `webhooks[${i}]`;
      const faults = qualifiedNameFaults(String(webhook['name'] ?? '')).map((fault) =>
        invalid(`${field}.name`, webhook['name'] ?? '', fault),
      );
      if (String(webhook['name'] ?? '').split('.').length < 3) {
        faults.push(
          invalid(
            `${field}.name`,
            webhook['name'] ?? '',
            'should be a domain with at least three segments separated by dots',
          ),
        );
      }
      const effects = ['None', 'NoneOnDryRun'];
      if (!webhook['sideEffects'])
        faults.push(required(`${field}.sideEffects`, 'must specify one of None, NoneOnDryRun'));
      else if (!effects.includes(webhook['sideEffects']))
        faults.push(notSupported(`${field}.sideEffects`, webhook['sideEffects'], effects));
      if (!webhook['admissionReviewVersions'])
        faults.push(required(`${field}.admissionReviewVersions`, 'must specify one of v1, v1beta1'));
      const seconds: number = webhook['timeoutSeconds'];
      if (seconds < 1 || seconds > 30)
        faults.push(invalid(`${field}.timeoutSeconds`, seconds, 'the timeout value must be between 1 and 30 seconds'));
      const { url, service } = webhook['clientConfig'] ?? {};
      if ((url === undefined) === (service === undefined))
        faults.push(required(`${field}.clientConfig`, 'exactly one of url or service is required'));
      return faults;
    }),
};
