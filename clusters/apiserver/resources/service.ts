import type { ApiObject } from '../object.ts';
import { byPath } from '../selectors/field.ts';
import { labelFaults } from '../schema/names.ts';
import { duplicate, forbidden, invalid, notSupported, required } from '../status/field-error.ts';
import type { FieldError } from '../status/field-error.ts';
import { allocateNodePort, NODE_PORTS } from './allocate.ts';
import type { Strategy, StrategyContext } from './definition.ts';
import { fill } from './pod-defaults.ts';
import { addressFaults, assignAddresses } from './service-addresses.ts';
import { isPort, PORT_RANGE } from './pod-validation.ts';

interface Port {
  name?: string;
  port: number;
  protocol?: string;
  nodePort?: number;
  targetPort?: number | string;
}

const portsOf = (service: ApiObject): Port[] => service['spec']?.ports ?? [];
const isHeadless = (service: ApiObject): boolean => service['spec'].clusterIP === 'None';
const hasNodePorts = (service: ApiObject): boolean => ['NodePort', 'LoadBalancer'].includes(service['spec'].type);

function defaults(service: ApiObject): void {
  const spec = (service['spec'] ??= {});
  service['status'] ??= { loadBalancer: {} };
  spec.type ||= 'ClusterIP';
  spec.sessionAffinity ||= 'None';
  if (spec.sessionAffinity === 'ClientIP')
    fill(spec, { sessionAffinityConfig: { clientIP: { timeoutSeconds: 10_800 } } });
  if (spec.type !== 'ExternalName') fill(spec, { internalTrafficPolicy: 'Cluster' });
  if (hasNodePorts(service)) fill(spec, { externalTrafficPolicy: 'Cluster' });
  if (spec.type === 'LoadBalancer') fill(spec, { allocateLoadBalancerNodePorts: true });
  for (const port of portsOf(service)) {
    port.protocol ||= 'TCP';
    if (port.targetPort === undefined || port.targetPort === 0 || port.targetPort === '') port.targetPort = port.port;
  }
  if (spec.clusterIPs === undefined && spec.clusterIP) spec.clusterIPs = [spec.clusterIP];
  if (!spec.clusterIP && spec.clusterIPs?.length > 0) spec.clusterIP = spec.clusterIPs[0];
}

/** Addresses and node ports are given out while the object is written, so that nobody else can get them. */
function allocate(service: ApiObject, context: StrategyContext, old?: ApiObject): void {
  if (service['spec'].type === 'ExternalName') return;
  assignAddresses(service, context, old);
  const others = [...context.list('services')].filter(({ metadata }) => metadata.uid !== service.metadata.uid);
  const used = new Set(others.flatMap(portsOf).flatMap(({ nodePort }) => nodePort ?? []));
  for (const port of portsOf(service)) {
    if (!hasNodePorts(service)) continue;
    // TCP and UDP of one port get one node port: initNodePorts of pkg/registry/core/service/storage.
    port.nodePort ||=
      portsOf(service).find((other) => other.port === port.port && other.nodePort)?.nodePort ?? allocateNodePort(used);
    used.add(port.nodePort);
  }
}

function prepareUpdate(service: ApiObject, old: ApiObject, context: StrategyContext): void {
  const before = new Map(portsOf(old).map((port) => [`${port.protocol}/${port.port}`, port.nodePort]));
  for (const port of portsOf(service)) {
    if (hasNodePorts(service)) port.nodePort ??= before.get(`${port.protocol}/${port.port}`) as number;
    // A type change from NodePort leaves the old ports behind in what kubectl sends.
    else if (hasNodePorts(old) && port.nodePort === before.get(`${port.protocol}/${port.port}`)) delete port.nodePort;
    if (port.nodePort === undefined) delete port.nodePort;
  }
  allocate(service, context, old);
}

function validate(service: ApiObject, context: StrategyContext, old?: ApiObject): FieldError[] {
  const { spec } = service;
  const ports = portsOf(service);
  const faults: FieldError[] = [];
  if (ports.length === 0 && !isHeadless(service) && spec.type !== 'ExternalName') faults.push(required('spec.ports'));
  if (spec.type === 'ExternalName' && !spec.externalName) faults.push(required('spec.externalName'));
  faults.push(...portFaults(ports, context, service));
  const affinities = ['ClientIP', 'None'];
  if (!affinities.includes(spec.sessionAffinity))
    faults.push(notSupported('spec.sessionAffinity', spec.sessionAffinity, affinities));
  const types = ['ClusterIP', 'ExternalName', 'LoadBalancer', 'NodePort'];
  if (!types.includes(spec.type)) faults.push(notSupported('spec.type', spec.type, types));
  faults.push(...addressFaults(service, context, old));
  return faults;
}

function portFaults(ports: readonly Port[], context: StrategyContext, service: ApiObject): FieldError[] {
  const faults: FieldError[] = [];
  const names = new Set<string>();
  const pairs = new Set<string>();
  const others = [...context.list('services')].filter(({ metadata }) => metadata.uid !== service.metadata.uid);
  const taken = new Set(others.flatMap(portsOf).map(({ nodePort }) => nodePort));
  ports.forEach((port, i) => {
    const field = `spec.ports[${i}]`;
    if (ports.length > 1 && !port.name) faults.push(required(`${field}.name`));
    else if (port.name) {
      faults.push(...labelFaults(port.name).map((fault) => invalid(`${field}.name`, port.name, fault)));
      if (names.has(port.name)) faults.push(duplicate(`${field}.name`, port.name));
      names.add(port.name);
    }
    if (!isPort(port.port)) faults.push(invalid(`${field}.port`, port.port, PORT_RANGE));
    const protocols = ['SCTP', 'TCP', 'UDP'];
    if (!protocols.includes(port.protocol ?? ''))
      faults.push(notSupported(`${field}.protocol`, port.protocol, protocols));
    if (typeof port.targetPort === 'number' && !isPort(port.targetPort)) {
      faults.push(invalid(`${field}.targetPort`, port.targetPort, PORT_RANGE));
    }
    const pair = `${port.protocol}/${port.port}`;
    if (pairs.has(pair)) faults.push(duplicate(field, { port: port.port, protocol: port.protocol ?? 'TCP' }));
    pairs.add(pair);
    if (port.nodePort === undefined) return;
    if (!hasNodePorts(service))
      faults.push(forbidden(`${field}.nodePort`, "may not be used when `type` is 'ClusterIP'"));
    else if (port.nodePort < NODE_PORTS.first || port.nodePort > NODE_PORTS.last) {
      const why = `provided port is not in the valid range. The range of valid ports is ${NODE_PORTS.first}-${NODE_PORTS.last}`;
      faults.push(invalid(`${field}.nodePort`, port.nodePort, why));
    } else if (taken.has(port.nodePort))
      faults.push(invalid(`${field}.nodePort`, port.nodePort, 'provided port is already allocated'));
  });
  return faults;
}

export const serviceStrategy: Strategy = {
  nameRule: 'service',
  fields: { 'spec.clusterIP': byPath('spec', 'clusterIP'), 'spec.type': byPath('spec', 'type') },
  defaults,
  prepareCreate(service, context) {
    service['status'] = { loadBalancer: {} };
    allocate(service, context);
  },
  prepareUpdate,
  validate,
};
