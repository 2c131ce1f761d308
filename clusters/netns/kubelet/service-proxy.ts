import type { EndpointSlice, Service, ServicePort } from './objects.ts';

/** Set on a connection that has to be masqueraded: kube-proxy's own bit (pkg/proxy, masqueradeBit 14). */
const MASQUERADE_MARK = '0x4000';

export interface ProxyNode {
  readonly name: string;
  readonly address: string;
  /** Pods of this node; connections from elsewhere to a ClusterIP are masqueraded as kube-proxy does with --cluster-cidr. */
  readonly clusterCIDR: string;
}

interface Backend {
  readonly address: string;
  readonly port: number;
  readonly node: string | undefined;
}

/** The whole nft ruleset of one node's service proxy, as one transaction that replaces the table. */
export function planServiceProxy(
  services: readonly Service[],
  slices: readonly EndpointSlice[],
  node: ProxyNode,
): string {
  const chains: string[] = [];
  const clusterIPs: string[] = [];
  const nodePorts: string[] = [];
  for (const service of [...services].sort(byName)) {
    const { clusterIP, type } = service.spec;
    if (!clusterIP || clusterIP === 'None' || type === 'ExternalName') continue;
    for (const port of service.spec.ports ?? []) {
      const protocol = (port.protocol ?? 'TCP').toLowerCase();
      if (protocol !== 'tcp' && protocol !== 'udp') continue;
      const backends = backendsOf(service, port, slices);
      const chain = `svc-${service.metadata.namespace ?? 'default'}-${service.metadata.name ?? ''}-${protocol}-${port.port}`;
      chains.push(backendChain(chain, protocol, backends));
      // Whoever is not a pod (the node itself, the outside) gets the node's address, so that replies come back here.
      clusterIPs.push(
        `    ip daddr ${clusterIP} ${protocol} dport ${port.port} ip saddr != ${node.clusterCIDR} ct mark set ct mark or ${MASQUERADE_MARK}`,
        `    ip daddr ${clusterIP} ${protocol} dport ${port.port} goto ${chain}`,
      );
      if (port.nodePort === undefined || (type !== 'NodePort' && type !== 'LoadBalancer')) continue;
      nodePorts.push(...nodePortRules(service, port.nodePort, protocol, chain, backends, node, chains));
    }
  }
  return [
    'table ip kube-proxy',
    'delete table ip kube-proxy',
    'table ip kube-proxy {',
    ...chains,
    '  chain services {',
    ...clusterIPs,
    ...nodePorts,
    '  }',
    '  chain prerouting {',
    '    type nat hook prerouting priority dstnat; policy accept;',
    '    jump services',
    '  }',
    '  chain output {',
    '    type nat hook output priority -100; policy accept;',
    '    jump services',
    '  }',
    '  chain postrouting {',
    '    type nat hook postrouting priority srcnat - 10; policy accept;',
    `    ct mark and ${MASQUERADE_MARK} == ${MASQUERADE_MARK} masquerade`,
    ...hairpins(slices),
    '  }',
    '}',
    '',
  ].join('\n');
}

/** A pod that reaches itself through its Service must not see its own address as the peer. */
function hairpins(slices: readonly EndpointSlice[]): string[] {
  const pairs = new Set(
    slices
      .filter((slice) => slice.addressType === 'IPv4')
      .flatMap((slice) => slice.endpoints.flatMap((endpoint) => endpoint.addresses))
      .map((address) => `${address} . ${address}`),
  );
  return pairs.size === 0
    ? []
    : [`    ct status dnat ip saddr . ip daddr { ${[...pairs].sort().join(', ')} } masquerade`];
}

function byName(a: Service, b: Service): number {
  const key = (one: Service) => `${one.metadata.namespace ?? ''}/${one.metadata.name ?? ''}`;
  return key(a).localeCompare(key(b));
}

function backendsOf(service: Service, port: ServicePort, slices: readonly EndpointSlice[]): Backend[] {
  const backends: Backend[] = [];
  for (const slice of slices) {
    if (slice.metadata.namespace !== service.metadata.namespace) continue;
    if (slice.metadata.labels?.['kubernetes.io/service-name'] !== service.metadata.name) continue;
    if (slice.addressType !== 'IPv4') continue;
    const target = slice.ports.find(
      (one) => (one.name ?? '') === (port.name ?? '') && (one.protocol ?? 'TCP') === (port.protocol ?? 'TCP'),
    );
    if (target?.port === undefined) continue;
    for (const endpoint of slice.endpoints) {
      if (endpoint.conditions?.ready === false) continue;
      for (const address of endpoint.addresses) backends.push({ address, port: target.port, node: endpoint.nodeName });
    }
  }
  return backends.sort((a, b) => a.address.localeCompare(b.address) || a.port - b.port);
}

function backendChain(name: string, protocol: string, backends: readonly Backend[]): string {
  const lines = [`  chain ${name} {`];
  if (backends.length === 0) {
    // nat chains cannot reject; a connection to a Service without endpoints is dropped here.
    lines.push('    drop');
  } else {
    const choices = backends.map(({ address, port }, index) => `${index} : ${address} . ${port}`);
    lines.push(
      `    meta l4proto ${protocol} dnat ip to numgen random mod ${backends.length} map { ${choices.join(', ')} }`,
    );
  }
  lines.push('  }');
  return lines.join('\n');
}

function nodePortRules(
  service: Service,
  nodePort: number,
  protocol: string,
  chain: string,
  backends: readonly Backend[],
  node: ProxyNode,
  chains: string[],
): string[] {
  const match = `    ip daddr ${node.address} ${protocol} dport ${nodePort}`;
  if (service.spec.externalTrafficPolicy !== 'Local') {
    return [`${match} ct mark set ct mark or ${MASQUERADE_MARK}`, `${match} goto ${chain}`];
  }
  const local = `${chain}-local`;
  chains.push(
    backendChain(
      local,
      protocol,
      backends.filter((backend) => backend.node === node.name),
    ),
  );
  return [`${match} goto ${local}`];
}
