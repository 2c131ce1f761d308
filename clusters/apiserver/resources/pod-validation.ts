import { clone, equal } from '../object.ts';
import type { ApiObject } from '../object.ts';
import { duplicateFaults } from '../operations/metadata.ts';
import { labelFaults, subdomainFaults } from '../schema/names.ts';
import { duplicate, forbidden, invalid, notFound, notSupported, required } from '../status/field-error.ts';
import type { FieldError } from '../status/field-error.ts';

type Part = Record<string, any>;

/** Faults of a PodSpec as a user meets them (k8s.io/kubernetes/pkg/apis/core/validation). */
export function podSpecFaults(
  spec: Part,
  field = 'spec',
  restartPolicies = ['Always', 'OnFailure', 'Never'],
): FieldError[] {
  const containers: Part[] = spec['containers'] ?? [];
  const volumes: Part[] = spec['volumes'] ?? [];
  const volumeNames = new Set(volumes.map(({ name }) => String(name)));
  const faults = volumes.flatMap((volume, i) => nameFaults(volume['name'], `${field}.volumes[${i}].name`));
  faults.push(
    ...duplicateFaults(
      `${field}.volumes`,
      volumes.map(({ name }) => String(name)),
      '.name',
    ),
  );
  if (containers.length === 0) faults.push(required(`${field}.containers`));
  containers.forEach((container, i) =>
    faults.push(...containerFaults(container, `${field}.containers[${i}]`, volumeNames)),
  );
  const init: Part[] = spec['initContainers'] ?? [];
  init.forEach((container, i) =>
    faults.push(...containerFaults(container, `${field}.initContainers[${i}]`, volumeNames)),
  );
  const seen = new Set<string>();
  for (const [list, key] of [[containers, 'containers'] as const, [init, 'initContainers'] as const]) {
    list.forEach(({ name }, i) => {
      if (seen.has(name)) faults.push(duplicate(`${field}.${key}[${i}].name`, name));
      seen.add(name);
    });
  }
  if (!restartPolicies.includes(spec['restartPolicy']))
    faults.push(notSupported(`${field}.restartPolicy`, spec['restartPolicy'], restartPolicies));
  const dnsPolicies = ['ClusterFirst', 'ClusterFirstWithHostNet', 'Default', 'None'];
  if (!dnsPolicies.includes(spec['dnsPolicy']))
    faults.push(notSupported(`${field}.dnsPolicy`, spec['dnsPolicy'], dnsPolicies));
  if (spec['terminationGracePeriodSeconds'] < 0) {
    faults.push(
      invalid(
        `${field}.terminationGracePeriodSeconds`,
        spec['terminationGracePeriodSeconds'],
        'must be greater than or equal to 0',
      ),
    );
  }
  if (spec['nodeName'])
    faults.push(
      ...subdomainFaults(spec['nodeName']).map((fault) => invalid(`${field}.nodeName`, spec['nodeName'], fault)),
    );
  if (spec['hostname'])
    faults.push(...labelFaults(spec['hostname']).map((fault) => invalid(`${field}.hostname`, spec['hostname'], fault)));
  return faults;
}

const nameFaults = (name: unknown, field: string): FieldError[] =>
  typeof name !== 'string' || name === ''
    ? [required(field)]
    : labelFaults(name).map((fault) => invalid(field, name, fault));

function containerFaults(container: Part, field: string, volumes: ReadonlySet<string>): FieldError[] {
  const faults = nameFaults(container['name'], `${field}.name`);
  const image: unknown = container['image'];
  if (typeof image !== 'string' || image === '') faults.push(required(`${field}.image`));
  else if (image.trim() !== image)
    faults.push(invalid(`${field}.image`, image, 'must not have leading or trailing whitespace'));
  const policies = ['Always', 'IfNotPresent', 'Never'];
  if (!policies.includes(container['imagePullPolicy']))
    faults.push(notSupported(`${field}.imagePullPolicy`, container['imagePullPolicy'], policies));
  (container['ports'] ?? []).forEach((port: Part, i: number) =>
    faults.push(...portFaults(port, `${field}.ports[${i}]`)),
  );
  (container['env'] ?? []).forEach((env: Part, i: number) => {
    if (!env['name']) faults.push(required(`${field}.env[${i}].name`));
  });
  const mounts: Part[] = container['volumeMounts'] ?? [];
  mounts.forEach((mount, i) => {
    if (!mount['name']) faults.push(required(`${field}.volumeMounts[${i}].name`));
    else if (!volumes.has(mount['name'])) faults.push(notFound(`${field}.volumeMounts[${i}].name`, mount['name']));
    if (!mount['mountPath']) faults.push(required(`${field}.volumeMounts[${i}].mountPath`));
  });
  return faults;
}

function portFaults(port: Part, field: string): FieldError[] {
  const faults: FieldError[] = [];
  const number: unknown = port['containerPort'];
  if (!number) faults.push(required(`${field}.containerPort`));
  else if (!isPort(number)) faults.push(invalid(`${field}.containerPort`, number as number, PORT_RANGE));
  const protocols = ['SCTP', 'TCP', 'UDP'];
  if (!protocols.includes(port['protocol']))
    faults.push(notSupported(`${field}.protocol`, port['protocol'], protocols));
  return faults;
}

export const PORT_RANGE = 'must be between 1 and 65535, inclusive';
export const isPort = (value: unknown): value is number =>
  typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= 65535;

const UPDATABLE = [
  '`spec.containers[*].image`',
  '`spec.initContainers[*].image`',
  '`spec.activeDeadlineSeconds`',
  '`spec.tolerations` (only additions to existing tolerations)',
  '`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)',
].join(',');

/** A pod's spec is fixed once it is created, but for images, deadline, added tolerations and lifted scheduling gates. */
export function podUpdateFaults(pod: ApiObject, old: ApiObject): FieldError[] {
  const before: Part = old['spec'];
  const after: Part = pod['spec'];
  const names = (spec: Part): unknown[] => (spec['containers'] ?? []).map((container: Part) => container['name']);
  if (names(before).length !== names(after).length)
    return [forbidden('spec.containers', 'pod updates may not add or remove containers')];
  const masked = clone(after);
  for (const list of ['containers', 'initContainers']) {
    (masked[list] ?? []).forEach((container: Part, i: number) => {
      const image: unknown = before[list]?.[i]?.image;
      if (image !== undefined) container['image'] = image;
    });
  }
  const kept = ['activeDeadlineSeconds', 'tolerations', 'schedulingGates'];
  for (const key of kept) masked[key] = before[key];
  const lost = (before['tolerations'] ?? []).some(
    (old: unknown) => !(after['tolerations'] ?? []).some((now: unknown) => equal(old, now)),
  );
  if (lost)
    return [forbidden('spec.tolerations', 'existing toleration can not be modified except its tolerationSeconds')];
  if (equal(masked, before)) return [];
  const changed = [...new Set([...Object.keys(masked), ...Object.keys(before)])].filter(
    (key) => !equal(masked[key], before[key]),
  );
  const diff = changed
    .map((key) => `- ${key}: ${JSON.stringify(before[key])}\n+ ${key}: ${JSON.stringify(masked[key])}\n`)
    .join('');
  return [forbidden('spec', `pod updates may not change fields other than ${UPDATABLE}\n${diff}`)];
}
