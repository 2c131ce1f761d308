import type { ApiObject } from '../object.ts';
import { ageColumn, nameColumn, text, wide } from './column.ts';
import type { Column } from './column.ts';

interface Port {
  name?: string;
  port: number;
  protocol?: string;
  nodePort?: number;
}

/** `a=b,c=d`, sorted, as label sets are written. */
export const labelSet = (labels: Readonly<Record<string, string>> | undefined): string => {
  const entries = Object.entries(labels ?? {}).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return entries.length === 0 ? '<none>' : entries.map(([key, value]) => `${key}=${value}`).join(',');
};

function externalAddress(service: ApiObject): string {
  const { type, externalIPs = [], externalName } = service['spec'];
  if (type === 'ExternalName') return externalName;
  const ingress: { ip?: string; hostname?: string }[] = service['status']?.loadBalancer?.ingress ?? [];
  const addresses = [
    ...(type === 'LoadBalancer' ? ingress.map(({ ip, hostname }) => ip ?? hostname) : []),
    ...externalIPs,
  ];
  if (addresses.length > 0) return addresses.join(',');
  return type === 'LoadBalancer' ? '<pending>' : '<none>';
}

function ports(service: ApiObject): string {
  const all: Port[] = service['spec'].ports ?? [];
  return all.length === 0
    ? '<none>'
    : all.map(({ port, nodePort, protocol }) => `${port}${nodePort ? `:${nodePort}` : ''}/${protocol}`).join(',');
}

export function endpointsCell(endpoints: ApiObject): string {
  const subsets: { addresses?: { ip: string }[]; ports?: Port[] }[] = endpoints['subsets'] ?? [];
  return shortList(
    subsets.flatMap(({ addresses = [], ports: all = [] }) =>
      all.length === 0
        ? addresses.map(({ ip }) => ip)
        : all.flatMap(({ port }) => addresses.map(({ ip }) => `${ip}:${port}`)),
    ),
    '<none>',
  );
}

const shortList = (items: readonly string[], none: string): string =>
  items.length === 0
    ? none
    : items.length > 3
      ? `${items.slice(0, 3).join(',')} + ${items.length - 3} more...`
      : items.join(',');

export const serviceColumns: readonly Column[] = [
  nameColumn,
  text('Type', (service) => service['spec'].type as string),
  text('Cluster-IP', (service) => (service['spec'].clusterIP as string | undefined) ?? '<none>'),
  text('External-IP', externalAddress),
  text('Port(s)', ports),
  ageColumn,
  wide('Selector', (service) => labelSet(service['spec'].selector as Record<string, string>)),
];

export const sliceColumns: readonly Column[] = [
  nameColumn,
  text('AddressType', (slice) => slice['addressType'] as string),
  text('Ports', (slice) =>
    shortList(
      ((slice['ports'] ?? []) as Port[]).map(({ port }) => String(port ?? '*')),
      '<unset>',
    ),
  ),
  text('Endpoints', (slice) =>
    shortList(
      ((slice['endpoints'] ?? []) as { addresses: string[] }[]).flatMap(({ addresses }) => addresses),
      '<unset>',
    ),
  ),
  ageColumn,
];
