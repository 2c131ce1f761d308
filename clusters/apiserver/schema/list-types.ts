/**
 * How lists and maps of the built-in types merge, by `Type.property` (`Type` alone: the whole type is atomic).
 * Facts of the API: the `listType`, `listMapKey`, `mapType`, `structType`, `patchStrategy` and `patchMergeKey` markers of
 * k8s.io/api and k8s.io/apimachinery 0.32 (types.go).
 */
export interface MergeMarkers {
  /** Server-side apply: the keys of an associative list. */
  readonly mapKeys?: readonly string[];
  /** Server-side apply: a list whose elements are a set. */
  readonly set?: true;
  readonly atomic?: true;
  /** Strategic merge patch. */
  readonly mergeKey?: string;
  readonly strategy?: 'merge' | 'merge,retainKeys' | 'retainKeys';
}

const byKey = (...mapKeys: string[]): MergeMarkers => ({ mapKeys, mergeKey: mapKeys[0] ?? '', strategy: 'merge' });
const retaining = (...mapKeys: string[]): MergeMarkers => ({ ...byKey(...mapKeys), strategy: 'merge,retainKeys' });
const atomic: MergeMarkers = { atomic: true };

const container = (type: string): Record<string, MergeMarkers> => ({
  [`${type}.env`]: byKey('name'),
  [`${type}.ports`]: byKey('containerPort', 'protocol'),
  [`${type}.volumeDevices`]: byKey('devicePath'),
  [`${type}.volumeMounts`]: byKey('mountPath'),
});

export const mergeMarkers: Readonly<Record<string, MergeMarkers>> = {
  ...container('Container'),
  ...container('EphemeralContainer'),
  'ContainerStatus.allocatedResourcesStatus': byKey('name'),
  'ContainerStatus.volumeMounts': byKey('mountPath'),
  'DaemonSetStatus.conditions': byKey('type'),
  'DeploymentSpec.strategy': { strategy: 'retainKeys' },
  'DeploymentStatus.conditions': byKey('type'),
  'Endpoint.addresses': { set: true },
  'EndpointSlice.endpoints': atomic,
  'EndpointSlice.ports': atomic,
  'NamespaceStatus.conditions': byKey('type'),
  'NodeSpec.podCIDRs': { set: true, strategy: 'merge' },
  'NodeStatus.addresses': byKey('type'),
  'NodeStatus.conditions': byKey('type'),
  'ObjectMeta.finalizers': { set: true, strategy: 'merge' },
  'ObjectMeta.ownerReferences': byKey('uid'),
  'PodSpec.containers': byKey('name'),
  'PodSpec.ephemeralContainers': byKey('name'),
  'PodSpec.hostAliases': byKey('ip'),
  'PodSpec.imagePullSecrets': byKey('name'),
  'PodSpec.initContainers': byKey('name'),
  'PodSpec.nodeSelector': atomic,
  'PodSpec.resourceClaims': retaining('name'),
  'PodSpec.schedulingGates': byKey('name'),
  'PodSpec.topologySpreadConstraints': byKey('topologyKey', 'whenUnsatisfiable'),
  'PodSpec.volumes': retaining('name'),
  'PodStatus.conditions': byKey('type'),
  'PodStatus.hostIPs': { atomic: true, mergeKey: 'ip', strategy: 'merge' },
  'PodStatus.podIPs': byKey('ip'),
  'PodStatus.resourceClaimStatuses': retaining('name'),
  'ReplicaSetStatus.conditions': byKey('type'),
  'ResourceRequirements.claims': { mapKeys: ['name'] },
  'ResourceStatus.resources': { mapKeys: ['resourceID'] },
  'ServiceAccount.secrets': byKey('name'),
  'ServiceSpec.ports': byKey('port', 'protocol'),
  'ServiceSpec.selector': atomic,
  'ServiceStatus.conditions': byKey('type'),
  'ValidatingWebhook.matchConditions': byKey('name'),
  'ValidatingWebhookConfiguration.webhooks': byKey('name'),
  ConfigMapKeySelector: atomic,
  EndpointPort: atomic,
  EndpointAddress: atomic,
  LabelSelector: atomic,
  LocalObjectReference: atomic,
  NodeSelector: atomic,
  NodeSelectorTerm: atomic,
  ObjectFieldSelector: atomic,
  ObjectReference: atomic,
  OwnerReference: atomic,
  ResourceFieldSelector: atomic,
  RoleRef: atomic,
  SecretKeySelector: atomic,
  SecretReference: atomic,
  Subject: atomic,
  TypedLocalObjectReference: atomic,
};

/** Properties that hold a resource.Quantity (a string or a number), by `Type.property`; maps hold them as values. */
export const quantities: ReadonlySet<string> = new Set([
  'ContainerStatus.allocatedResources',
  'EmptyDirVolumeSource.sizeLimit',
  'NodeStatus.allocatable',
  'NodeStatus.capacity',
  'PodSpec.overhead',
  'ResourceFieldSelector.divisor',
  'ResourceRequirements.limits',
  'ResourceRequirements.requests',
  'VolumeResourceRequirements.limits',
  'VolumeResourceRequirements.requests',
]);

/** Values that the API fills in inside the keys of associative lists, by `Type.property`. */
export const keyDefaults: Readonly<Record<string, string>> = {
  'ContainerPort.protocol': 'TCP',
  'ServicePort.protocol': 'TCP',
};
