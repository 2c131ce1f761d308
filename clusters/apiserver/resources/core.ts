import { at } from '../object.ts';
import type { ApiObject } from '../object.ts';
import { forbidden, invalid, notSupported } from '../status/field-error.ts';
import { byPath } from '../selectors/field.ts';
import type { Strategy } from './definition.ts';
import { fill, podDefaults } from './pod-defaults.ts';
import { podSpecFaults, podUpdateFaults } from './pod-validation.ts';

const empty = (): Record<string, unknown> => ({});

export const namespaceStrategy: Strategy = {
  nameRule: 'label',
  fields: { 'status.phase': byPath('status', 'phase'), name: byPath('metadata', 'name') },
  defaults(namespace) {
    namespace['spec'] ??= empty();
    namespace['status'] ??= empty();
    if (namespace.metadata.name) {
      namespace.metadata.labels = {
        ...namespace.metadata.labels,
        'kubernetes.io/metadata.name': namespace.metadata.name,
      };
    }
  },
  prepareCreate(namespace) {
    namespace['status'] = { phase: 'Active' };
    const finalizers: string[] = namespace['spec'].finalizers ?? [];
    namespace['spec'].finalizers = finalizers.includes('kubernetes') ? finalizers : [...finalizers, 'kubernetes'];
  },
  prepareUpdate(namespace, old) {
    namespace['spec'].finalizers = old['spec'].finalizers;
  },
};

export const nodeStrategy: Strategy = {
  fields: { 'spec.unschedulable': (node) => String(at(node, 'spec', 'unschedulable') ?? false) },
  defaults(node) {
    node['spec'] ??= empty();
    node['status'] ??= empty();
    const { capacity, allocatable } = node['status'];
    if (capacity && !allocatable) node['status'].allocatable = { ...capacity };
  },
  validate(node, _context, old) {
    const taints: { key?: string; effect?: string }[] = node['spec'].taints ?? [];
    const effects = ['NoExecute', 'NoSchedule', 'PreferNoSchedule'];
    const faults = taints.flatMap(({ effect }, i) =>
      effect && effects.includes(effect) ? [] : [notSupported(`metadata.taints[${i}].effect`, effect ?? '', effects)],
    );
    const before: unknown = old?.['spec'].podCIDR;
    if (before && before !== node['spec'].podCIDR)
      faults.push(forbidden('spec.podCIDRs', 'node updates may not change podCIDR except from "" to valid'));
    const provider: unknown = old?.['spec'].providerID;
    if (provider && provider !== node['spec'].providerID) {
      faults.push(forbidden('spec.providerID', 'node updates may not change providerID except from "" to valid'));
    }
    return faults;
  },
};

/** Pods that never started or have ended need no grace. */
function podGrace(pod: ApiObject): number {
  const phase: unknown = pod['status']?.phase;
  if (!pod['spec'].nodeName || phase === 'Succeeded' || phase === 'Failed') return 0;
  return pod['spec'].terminationGracePeriodSeconds ?? 30;
}

/** Kubernetes derives the class from requests and limits of cpu and memory. */
function qosClass(pod: ApiObject): string {
  const containers: { resources?: { requests?: Record<string, unknown>; limits?: Record<string, unknown> } }[] =
    pod['spec'].containers ?? [];
  const named = ['cpu', 'memory'];
  const any = containers.some(({ resources }) =>
    named.some((key) => resources?.requests?.[key] ?? resources?.limits?.[key]),
  );
  if (!any) return 'BestEffort';
  const full = containers.every(({ resources }) =>
    named.every((key) => {
      const limit = resources?.limits?.[key];
      return limit !== undefined && String(resources?.requests?.[key] ?? limit) === String(limit);
    }),
  );
  return full ? 'Guaranteed' : 'Burstable';
}

export const podStrategy: Strategy = {
  fields: {
    'spec.nodeName': byPath('spec', 'nodeName'),
    'spec.restartPolicy': byPath('spec', 'restartPolicy'),
    'spec.schedulerName': byPath('spec', 'schedulerName'),
    'spec.serviceAccountName': byPath('spec', 'serviceAccountName'),
    'spec.hostNetwork': (pod) => String(at(pod, 'spec', 'hostNetwork') ?? false),
    'status.phase': byPath('status', 'phase'),
    'status.podIP': byPath('status', 'podIP'),
    'status.nominatedNodeName': byPath('status', 'nominatedNodeName'),
  },
  defaults: podDefaults,
  prepareCreate(pod) {
    const spec = pod['spec'];
    spec.serviceAccountName ||= 'default';
    spec.serviceAccount = spec.serviceAccountName;
    fill(spec, { preemptionPolicy: 'PreemptLowerPriority', priority: 0, tolerations: [] });
    for (const key of ['node.kubernetes.io/not-ready', 'node.kubernetes.io/unreachable']) {
      const tolerated = spec.tolerations.some(
        (toleration: { key?: string }) => toleration.key === key || toleration.key === undefined,
      );
      if (!tolerated) spec.tolerations.push({ effect: 'NoExecute', key, operator: 'Exists', tolerationSeconds: 300 });
    }
    pod['status'] = { phase: 'Pending', qosClass: qosClass(pod) };
  },
  prepareUpdate(pod, old) {
    if (old['status'].qosClass) pod['status'].qosClass = old['status'].qosClass;
  },
  validate: (pod, _context, old) => [...podSpecFaults(pod['spec']), ...(old ? podUpdateFaults(pod, old) : [])],
  grace: podGrace,
};

export const secretStrategy: Strategy = {
  fields: { type: byPath('type') },
  defaults(secret) {
    secret['type'] ||= 'Opaque';
    const plain: Record<string, string> | undefined = secret['stringData'];
    if (!plain) return;
    const encoded = Object.entries(plain).map(([key, value]) => [key, Buffer.from(value).toString('base64')]);
    secret['data'] = { ...secret['data'], ...Object.fromEntries(encoded) };
    delete secret['stringData'];
  },
  validate: (secret, _context, old) => [
    ...immutableFaults(secret, old),
    ...(old && old['type'] !== secret['type'] ? [invalid('type', secret['type'], 'field is immutable')] : []),
  ],
};

export const configMapStrategy: Strategy = { validate: (configMap, _context, old) => immutableFaults(configMap, old) };

function immutableFaults(object: ApiObject, old: ApiObject | undefined): ReturnType<NonNullable<Strategy['validate']>> {
  if (!old?.['immutable']) return [];
  if (!object['immutable']) return [forbidden('immutable', 'field is immutable when `immutable` is set')];
  const changed = ['data', 'binaryData'].filter((key) => JSON.stringify(object[key]) !== JSON.stringify(old[key]));
  return changed.map((key) => forbidden(key, 'field is immutable when `immutable` is set'));
}

export const leaseStrategy: Strategy = {
  createOnUpdate: true,
  validate(lease) {
    const { leaseDurationSeconds, leaseTransitions } = lease['spec'] ?? {};
    const faults = [];
    if (leaseDurationSeconds !== undefined && leaseDurationSeconds <= 0) {
      faults.push(invalid('spec.leaseDurationSeconds', leaseDurationSeconds, 'must be greater than 0'));
    }
    if (leaseTransitions < 0)
      faults.push(invalid('spec.leaseTransitions', leaseTransitions, 'must be greater than or equal to 0'));
    return faults;
  },
};

export const endpointSliceStrategy: Strategy = {
  generation: true,
  validate(slice, _context, old) {
    const types = ['FQDN', 'IPv4', 'IPv6'];
    const faults = types.includes(slice['addressType'])
      ? []
      : [notSupported('addressType', slice['addressType'] ?? '', types)];
    if (old && old['addressType'] !== slice['addressType'])
      faults.push(invalid('addressType', slice['addressType'], 'field is immutable'));
    return faults;
  },
};
