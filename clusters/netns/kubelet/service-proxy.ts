import { isIP, isIPv4, isIPv6 } from 'node:net';
import type { EndpointSlice, Service, ServicePort } from './objects.ts';

/** Set on a connection that has to be masqueraded: kube-proxy's own bit (pkg/proxy, masqueradeBit 14). */
const MASQUERADE_MARK = '0x4000';

/** A node in one family. */
export interface ProxyNode {
  readonly name: string;
  readonly address: string;
  /** Pods of this node; connections from elsewhere to a ClusterIP are masqueraded as kube-proxy does with --cluster-cidr. */
  readonly clusterCIDR: string;
}

/** What one family is called in nft and in the API. */
interface Family {
  readonly nft: 'ip' | 'ip6';
  readonly addressType: EndpointSlice['addressType'];
}

interface Backend {
  readonly address: string;
  readonly port: number;
  readonly node: string | undefined;
}

/** The whole nft ruleset of one node's service proxy in one family, as one transaction that replaces the table. */
export function planServiceProxy(
  services: readonly Service[],
  slices: readonly EndpointSlice[],
  node: ProxyNode,
): string {
  const family: Family = isIPv6(node.address)
    ? { nft: 'ip6', addressType: 'IPv6' }
    : { nft: 'ip', addressType: 'IPv4' };
  const { nft } = family;
  const chains: string[] = [];
  const byClusterIP: string[] = [];
  const external: string[] = [];
  for (const service of [...services].sort(byName)) {
    const { clusterIP = '', clusterIPs = [clusterIP], type } = service.spec;
    const address = clusterIPs.find((one) => isIP(one) === isIP(node.address));
    if (address === undefined || type === 'ExternalName') continue;
    for (const port of service.spec.ports ?? []) {
      const protocol = (port.protocol ?? 'TCP').toLowerCase();
      if (protocol !== 'tcp' && protocol !== 'udp') continue;
      const backends = backendsOf(service, port, slices, family);
      const chain = `svc-${service.metadata.namespace ?? 'default'}-${service.metadata.name ?? ''}-${protocol}-${port.port}`;
      chains.push(backendChain(chain, protocol, backends, family));
      // Whoever is not a pod (the node itself, the outside) gets the node's address, so that replies come back here.
      byClusterIP.push(
        `    ${nft} daddr ${address} ${protocol} dport ${port.port} ${nft} saddr != ${node.clusterCIDR} ct mark set ct mark or ${MASQUERADE_MARK}`,
        `    ${nft} daddr ${address} ${protocol} dport ${port.port} goto ${chain}`,
      );
      const outside = externalMatches(service, port, protocol, family);
      if (outside.length === 0) continue;
      chains.push(...externalChains(service, chain, protocol, backends, node, family));
      external.push(...outside.map((match) => `    ${match} goto ${chain}-external`));
    }
  }
  return [
    `table ${nft} kube-proxy`,
    `delete table ${nft} kube-proxy`,
    `table ${nft} kube-proxy {`,
    ...chains,
    '  chain services {',
    ...byClusterIP,
    ...external,
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
    ...hairpins(slices, family),
    '  }',
    '}',
    '',
  ].join('\n');
}

/** A pod that reaches itself through its Service must not see its own address as the peer. */
function hairpins(slices: readonly EndpointSlice[], { nft, addressType }: Family): string[] {
  const pairs = new Set(
    slices
      .filter((slice) => slice.addressType === addressType)
      .flatMap((slice) => (slice.endpoints ?? []).flatMap((endpoint) => endpoint.addresses))
      .map((address) => `${address} . ${address}`),
  );
  return pairs.size === 0
    ? []
    : [`    ct status dnat ${nft} saddr . ${nft} daddr { ${[...pairs].sort().join(', ')} } masquerade`];
}

function byName(a: Service, b: Service): number {
  const key = (one: Service) => `${one.metadata.namespace ?? ''}/${one.metadata.name ?? ''}`;
  return key(a).localeCompare(key(b));
}

function backendsOf(
  service: Service,
  port: ServicePort,
  slices: readonly EndpointSlice[],
  { addressType }: Family,
): Backend[] {
  const backends: Backend[] = [];
  for (const slice of slices) {
    if (slice.metadata.namespace !== service.metadata.namespace) continue;
    if (slice.metadata.labels?.['kubernetes.io/service-name'] !== service.metadata.name) continue;
    if (slice.addressType !== addressType) continue;
    const target = slice.ports?.find(
      (one) => (one.name ?? '') === (port.name ?? '') && (one.protocol ?? 'TCP') === (port.protocol ?? 'TCP'),
    );
    if (target?.port === undefined) continue;
    for (const endpoint of slice.endpoints ?? []) {
      if (endpoint.conditions?.ready === false) continue;
      for (const address of endpoint.addresses) backends.push({ address, port: target.port, node: endpoint.nodeName });
    }
  }
  return backends.sort((a, b) => a.address.localeCompare(b.address) || a.port - b.port);
}

function backendChain(name: string, protocol: string, backends: readonly Backend[], { nft }: Family): string {
  const lines = [`  chain ${name} {`];
  if (backends.length === 0) {
    // nat chains cannot reject; a connection to a Service without endpoints is dropped here.
    lines.push('    drop');
  } else {
    const choices = backends.map(({ address, port }, index) => `${index} : ${address} . ${port}`);
    lines.push(
      `    meta l4proto ${protocol} dnat ${nft} to numgen random mod ${backends.length} map { ${choices.join(', ')} }`,
    );
  }
  lines.push('  }');
  return lines.join('\n');
}

/** How a port of the service is reached from outside: at every address of a node, and at the addresses of its own. */
function externalMatches({ spec, status }: Service, port: ServicePort, protocol: string, family: Family): string[] {
  const { nft, addressType } = family;
  const hasNodePort = spec.type === 'NodePort' || spec.type === 'LoadBalancer';
  const ingress = spec.type === 'LoadBalancer' ? (status?.loadBalancer?.ingress ?? []) : [];
  const own = [...(spec.externalIPs ?? []), ...ingress.flatMap(({ ip }) => ip ?? [])];
  const isOfFamily = addressType === 'IPv6' ? isIPv6 : isIPv4;
  return [
    // kube-proxy's iptables mode takes node ports at whatever address is local, --nodeport-addresses being empty.
    ...(hasNodePort && port.nodePort !== undefined
      ? [`fib daddr type local ${nft} daddr != ${loopback[nft]} ${protocol} dport ${port.nodePort}`]
      : []),
    ...own.filter(isOfFamily).map((address) => `${nft} daddr ${address} ${protocol} dport ${port.port}`),
  ];
}

const loopback: Readonly<Record<Family['nft'], string>> = { ip: '127.0.0.0/8', ip6: '::1' };

/** What kube-proxy's chains KUBE-EXT and KUBE-SVL do. */
function externalChains(
  service: Service,
  chain: string,
  protocol: string,
  backends: readonly Backend[],
  node: ProxyNode,
  family: Family,
): string[] {
  const external = (...lines: string[]): string =>
    [`  chain ${chain}-external {`, ...lines.map((line) => `    ${line}`), '  }'].join('\n');
  const masquerade = `ct mark set ct mark or ${MASQUERADE_MARK}`;
  if (service.spec.externalTrafficPolicy !== 'Local') return [external(masquerade, `goto ${chain}`)];
  const local = backends.filter((backend) => backend.node === node.name);
  return [
    backendChain(`${chain}-local`, protocol, local, family),
    external(
      // Pods and the node itself come from inside: the policy is not about them.
      `${family.nft} saddr ${node.clusterCIDR} goto ${chain}`,
      `fib saddr type local ${masquerade}`,
      `fib saddr type local goto ${chain}`,
      `goto ${chain}-local`,
    ),
  ];
}
