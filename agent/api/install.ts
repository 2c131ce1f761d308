import type { KubeObject } from '../kube/object.ts';
import { customResourceDefinitions } from './crds.ts';
import { webhookConfigurationName, webhookObjects } from './webhooks.ts';

export interface InstallOptions {
  /** Flags of the node agent, see agent/main/node-agent.ts; e.g. `--service-cidr=10.96.0.0/16`. */
  readonly agentArgs?: readonly string[];
  readonly controllerArgs?: readonly string[];
  /** The image of both programs. */
  readonly image?: string;
}

export const installNamespace = 'egressproof-system';
export const agentName = 'egressproof-agent';
/** The image that has both programs, without a tag. */
export const agentImage = 'egressproof/agent';
export const controllerName = 'egressproof-controller';
/** The ConfigMap that agents follow while they run, there or not; see agent/node/exceptions.ts. Not of the manifest: it is the administrator's. */
export const configName = 'egressproof-config';
/** Where the programs answer probes, on the node's loopback; near those of Kubernetes' own components (10248 to 10259). */
export const healthPorts = { agent: 10_356, controller: 10_357 } as const;
/** Where the programs serve `GET /metrics` for Prometheus, on the address of their node. */
export const metricsPorts = { agent: 10_360, controller: 10_361 } as const;

const partOf = { 'app.kubernetes.io/part-of': 'egressproof' };
const rbac = 'rbac.authorization.k8s.io';

/** Everything that `kubectl apply` needs to install the Egress implementation, in order. */
export function installManifest(options: InstallOptions = {}): KubeObject[] {
  return [
    ...customResourceDefinitions,
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: installNamespace, labels: partOf } },
    ...access(agentName, agentRules, { [installNamespace]: agentSystemRules, default: agentDefaultRules }),
    ...access(controllerName, controllerRules, { default: [createEvents] }),
    daemonSet(options),
    deployment(options),
    ...webhookObjects(installNamespace, partOf, controllerName),
  ];
}

interface Rule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
  readonly resourceNames?: readonly string[];
}

const agentRules: readonly Rule[] = [
  { apiGroups: [''], resources: ['nodes', 'namespaces', 'pods'], verbs: ['list', 'watch'] },
  { apiGroups: ['crd.antrea.io'], resources: ['egresses', 'externalippools'], verbs: ['list', 'watch'] },
  { apiGroups: ['crd.antrea.io'], resources: ['egresses/status'], verbs: ['patch'] },
];

/** The agent asks for its own DaemonSet when it is told to stop: uninstalled, or only restarted. */
const agentSystemRules: readonly Rule[] = [
  { apiGroups: ['apps'], resources: ['daemonsets'], verbs: ['get'], resourceNames: [agentName] },
  { apiGroups: [''], resources: ['configmaps'], verbs: ['list', 'watch'], resourceNames: [configName] },
];

/** Events about cluster-scoped objects live in the namespace default. */
const createEvents: Rule = { apiGroups: ['events.k8s.io'], resources: ['events'], verbs: ['create'] };

/** The endpoints of the API server are there as well. */
const agentDefaultRules: readonly Rule[] = [
  { apiGroups: ['discovery.k8s.io'], resources: ['endpointslices'], verbs: ['list', 'watch'] },
  createEvents,
];

const controllerRules: readonly Rule[] = [
  // Addresses that nodes have are not given out; labels say which pods two Egresses select.
  { apiGroups: [''], resources: ['nodes', 'namespaces', 'pods'], verbs: ['list', 'watch'] },
  { apiGroups: ['crd.antrea.io'], resources: ['egresses'], verbs: ['list', 'watch', 'patch'] },
  { apiGroups: ['crd.antrea.io'], resources: ['externalippools'], verbs: ['list', 'watch'] },
  { apiGroups: ['crd.antrea.io'], resources: ['egresses/status', 'externalippools/status'], verbs: ['patch'] },
  // Validation asks for what may be newer than what the watches have told.
  { apiGroups: ['crd.antrea.io'], resources: ['externalippools'], verbs: ['get'] },
  {
    apiGroups: ['admissionregistration.k8s.io'],
    resources: ['validatingwebhookconfigurations'],
    verbs: ['get', 'patch'],
    resourceNames: [webhookConfigurationName],
  },
];

function access(
  name: string,
  clusterRules: readonly Rule[],
  rules: Readonly<Record<string, readonly Rule[]>>,
): KubeObject[] {
  const subjects = [{ kind: 'ServiceAccount', name, namespace: installNamespace }];
  const object = (kind: string, fields: object, namespace?: string): KubeObject => ({
    apiVersion: `${rbac}/v1`,
    kind,
    metadata: { name, ...(namespace === undefined ? {} : { namespace }), labels: partOf },
    ...fields,
  });
  return [
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name, namespace: installNamespace, labels: partOf } },
    object('ClusterRole', { rules: clusterRules }),
    object('ClusterRoleBinding', { roleRef: { apiGroup: rbac, kind: 'ClusterRole', name }, subjects }),
    ...Object.entries(rules).flatMap(([namespace, inNamespace]) => [
      object('Role', { rules: inNamespace }, namespace),
      object('RoleBinding', { roleRef: { apiGroup: rbac, kind: 'Role', name }, subjects }, namespace),
    ]),
  ];
}

function daemonSet({ image = agentImage, agentArgs = [] }: InstallOptions): KubeObject {
  return workload('DaemonSet', agentName, {
    updateStrategy: { type: 'RollingUpdate' },
    template: podTemplate(agentName, metricsPorts.agent, {
      hostNetwork: true,
      dnsPolicy: 'ClusterFirstWithHostNet',
      priorityClassName: 'system-node-critical',
      tolerations: [{ operator: 'Exists' }],
      terminationGracePeriodSeconds: 10,
      containers: [
        {
          name: 'agent',
          image,
          imagePullPolicy: 'IfNotPresent',
          args: ['agent', ...agentArgs],
          env: [{ name: 'NODE_NAME', valueFrom: { fieldRef: { fieldPath: 'spec.nodeName' } } }, nodeAddress],
          ports: [metricsPort(metricsPorts.agent)],
          securityContext: {
            allowPrivilegeEscalation: false,
            readOnlyRootFilesystem: true,
            // Devices, routes, tables and marks; ARP and captures.
            capabilities: { drop: ['ALL'], add: ['NET_ADMIN', 'NET_RAW'] },
            seccompProfile: { type: 'RuntimeDefault' },
          },
          // nft takes its rulesets from files.
          volumeMounts: [{ name: 'tmp', mountPath: '/tmp' }],
          readinessProbe: readiness(healthPorts.agent),
          resources: { requests: { cpu: '20m', memory: '80Mi' } },
        },
      ],
      volumes: [{ name: 'tmp', emptyDir: { medium: 'Memory', sizeLimit: '64Mi' } }],
    }),
  });
}

function deployment({ image = agentImage, controllerArgs = [] }: InstallOptions): KubeObject {
  return workload('Deployment', controllerName, {
    replicas: 1,
    // Two controllers at a time would give out addresses twice.
    strategy: { type: 'Recreate' },
    template: podTemplate(controllerName, metricsPorts.controller, {
      hostNetwork: true,
      dnsPolicy: 'ClusterFirstWithHostNet',
      priorityClassName: 'system-cluster-critical',
      tolerations: [{ operator: 'Exists' }],
      containers: [
        {
          name: 'controller',
          image,
          imagePullPolicy: 'IfNotPresent',
          args: ['controller', ...controllerArgs],
          env: [nodeAddress],
          ports: [metricsPort(metricsPorts.controller)],
          securityContext: {
            allowPrivilegeEscalation: false,
            readOnlyRootFilesystem: true,
            capabilities: { drop: ['ALL'] },
          },
          readinessProbe: readiness(healthPorts.controller),
          resources: { requests: { cpu: '10m', memory: '80Mi' } },
        },
      ],
    }),
  });
}

/** The pods share the node's network, so that its loopback is theirs. */
function readiness(port: number): object {
  return { httpGet: { host: '127.0.0.1', port, path: '/readyz' }, periodSeconds: 1 };
}

function workload(kind: string, name: string, spec: object): KubeObject {
  const labels = { 'app.kubernetes.io/name': name };
  return {
    apiVersion: 'apps/v1',
    kind,
    metadata: { name, namespace: installNamespace, labels: { ...partOf, ...labels } },
    spec: { selector: { matchLabels: labels }, ...spec },
  } as KubeObject;
}

const nodeAddress = { name: 'NODE_ADDRESS', valueFrom: { fieldRef: { fieldPath: 'status.hostIP' } } };

const metricsPort = (port: number): object => ({ name: 'metrics', containerPort: port, hostPort: port });

function podTemplate(name: string, port: number, spec: object): object {
  // By which many installations of Prometheus find what to scrape.
  const annotations = { 'prometheus.io/scrape': 'true', 'prometheus.io/port': String(port) };
  return {
    metadata: { labels: { ...partOf, 'app.kubernetes.io/name': name }, annotations },
    spec: { serviceAccountName: name, ...spec },
  };
}
