import type { ApiObject } from '../object.ts';

type Part = Record<string, any>;

/** Sets what is missing. */
export function fill(target: Part, defaults: Part): void {
  for (const key in defaults) if (target[key] === undefined || target[key] === null) target[key] = defaults[key];
}

/** Also fills where Go's zero value means "not set". */
function fillEmpty(target: Part, defaults: Part): void {
  for (const key in defaults) if (!target[key]) target[key] = defaults[key];
}

/** Defaults of a Pod (k8s.io/kubernetes/pkg/apis/core/v1/defaults.go, SetDefaults_Pod). */
export function podDefaults(pod: ApiObject): void {
  pod['spec'] ??= {};
  pod['status'] ??= {};
  fill(pod['status'], { phase: 'Pending' });
  const spec: Part = pod['spec'];
  for (const container of containersOf(spec)) {
    const { limits, requests } = container['resources'] ?? {};
    if (limits) container['resources'] = { ...container['resources'], requests: { ...limits, ...requests } };
  }
  fill(spec, { enableServiceLinks: true });
  podSpecDefaults(spec);
}

/** Defaults of a PodSpec, also inside templates. */
export function podSpecDefaults(spec: Part): void {
  fillEmpty(spec, { dnsPolicy: 'ClusterFirst', restartPolicy: 'Always', schedulerName: 'default-scheduler' });
  fill(spec, { securityContext: {}, terminationGracePeriodSeconds: 30 });
  // The two names of one field are kept equal, the older one last.
  if (spec['serviceAccountName']) spec['serviceAccount'] = spec['serviceAccountName'];
  else if (spec['serviceAccount']) spec['serviceAccountName'] = spec['serviceAccount'];
  for (const container of containersOf(spec)) containerDefaults(container, spec['hostNetwork'] === true);
  for (const volume of list(spec['volumes'])) volumeDefaults(volume);
}

function containersOf(spec: Part): Part[] {
  return [...list(spec['containers']), ...list(spec['initContainers']), ...list(spec['ephemeralContainers'])];
}

const list = (value: unknown): Part[] =>
  Array.isArray(value) ? value.filter((item): item is Part => typeof item === 'object' && item !== null) : [];

function containerDefaults(container: Part, hostNetwork: boolean): void {
  fillEmpty(container, {
    imagePullPolicy: imageTag(String(container['image'] ?? '')) === 'latest' ? 'Always' : 'IfNotPresent',
    terminationMessagePath: '/dev/termination-log',
    terminationMessagePolicy: 'File',
  });
  fill(container, { resources: {} });
  for (const port of list(container['ports'])) {
    fillEmpty(port, { protocol: 'TCP' });
    if (hostNetwork) fillEmpty(port, { hostPort: port['containerPort'] });
  }
  for (const { valueFrom } of list(container['env']))
    if (valueFrom?.fieldRef) fillEmpty(valueFrom.fieldRef, { apiVersion: 'v1' });
  for (const probe of [container['livenessProbe'], container['readinessProbe'], container['startupProbe']]) {
    if (!probe) continue;
    fillEmpty(probe, { timeoutSeconds: 1, periodSeconds: 10, successThreshold: 1, failureThreshold: 3 });
    if (probe.httpGet) fillEmpty(probe.httpGet, { path: '/', scheme: 'HTTP' });
  }
}

function imageTag(image: string): string {
  const [name = ''] = image.split('@');
  const tag = /:([^/:]+)$/.exec(name)?.[1];
  if (tag !== undefined) return tag;
  return image.includes('@') ? '' : 'latest';
}

function volumeDefaults(volume: Part): void {
  if (Object.keys(volume).every((key) => key === 'name')) volume['emptyDir'] = {};
  for (const source of ['secret', 'configMap', 'downwardAPI', 'projected']) {
    if (volume[source]) fill(volume[source], { defaultMode: 420 });
  }
  if (volume['hostPath']) fill(volume['hostPath'], { type: '' });
}
