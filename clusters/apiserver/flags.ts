import { parseArgs } from 'node:util';
import { cidrRange, rangeSize } from '../../agent/base/ip-range.ts';
import type { ApiServerOptions, Listen } from './server.ts';

export class UsageError extends Error {}

export const usage = `usage: main.ts [flags]
  --listen HOST:PORT       serve here; repeatable; port 0 takes a free one (default 127.0.0.1:0)
  --listen-fd N            serve on an inherited listening TCP socket; repeatable
  --dir DIR                write ca.crt, kubeconfig (outside) and kubeconfig-internal there
  --advertise HOST:PORT    address for programs inside the cluster
  --external HOST:PORT     address for clients outside the cluster
  --service-cidr CIDR,...  ranges of services, one a family, the primary one first (default 10.96.0.0/16)
  --cluster-domain DOMAIN  (default cluster.local)
  --kubelet-socket PATH    unix socket that exec, attach and logs are passed on to
  --event-window N         changes remembered for each collection (default 2000)`;

export interface Flags {
  readonly dir: string | undefined;
  readonly server: ApiServerOptions;
}

const options = {
  dir: { type: 'string' },
  listen: { type: 'string', multiple: true },
  'listen-fd': { type: 'string', multiple: true },
  advertise: { type: 'string' },
  external: { type: 'string' },
  'service-cidr': { type: 'string' },
  'cluster-domain': { type: 'string' },
  'kubelet-socket': { type: 'string' },
  'event-window': { type: 'string' },
  help: { type: 'boolean' },
} as const;

/** Throws a UsageError that says what is wrong with which flag. */
export function parseFlags(argv: readonly string[]): Flags | { readonly help: true } {
  const values = parse(argv);
  if (values.help) return { help: true };
  const listen: Listen[] = [
    ...(values.listen ?? []).map((text) => hostPort('--listen', text)),
    ...(values['listen-fd'] ?? []).map((text) => ({ fd: integer('--listen-fd', text, 0) })),
  ];
  const cidrs = values['service-cidr']?.split(',');
  if (cidrs !== undefined && !areServiceRanges(cidrs))
    throw new UsageError(
      `--service-cidr ${cidrs.join()}: not a CIDR of 16 to 16,777,216 addresses for each family, such as 10.96.0.0/16,fd00:10:96::/112`,
    );
  for (const [flag, text] of [
    ['--advertise', values.advertise],
    ['--external', values.external],
  ] as const)
    if (text !== undefined) hostPort(flag, text);
  const server: ApiServerOptions = {
    listen: listen.length > 0 ? listen : [{ host: '127.0.0.1', port: 0 }],
    ...given('advertise', values.advertise),
    ...given('external', values.external),
    ...given('serviceCIDRs', cidrs),
    ...given('clusterDomain', values['cluster-domain']),
    ...given('kubeletSocket', values['kubelet-socket']),
    ...given(
      'eventWindow',
      values['event-window'] === undefined ? undefined : integer('--event-window', values['event-window'], 1),
    ),
  };
  return { dir: values.dir, server };
}

function parse(argv: readonly string[]): ReturnType<typeof parseArgs<{ options: typeof options }>>['values'] {
  try {
    return parseArgs({ args: [...argv], options, strict: true, allowPositionals: false }).values;
  } catch (error) {
    throw new UsageError(`${(error as Error).message}\n${usage}`);
  }
}

const given = <K extends string, V>(key: K, value: V | undefined): Partial<Record<K, V>> =>
  value === undefined ? {} : ({ [key]: value } as Partial<Record<K, V>>);

function integer(flag: string, text: string, least: number): number {
  if (!/^\d+$/.test(text) || Number(text) < least)
    throw new UsageError(`${flag} ${text}: not a whole number of at least ${least}`);
  return Number(text);
}

function hostPort(flag: string, text: string): { host: string; port: number } {
  const match = /^(?:\[(.+)\]|([^:]+)):(\d{1,5})$/.exec(text);
  const port = Number(match?.[3]);
  if (!match || port > 65_535) throw new UsageError(`${flag} ${text}: not HOST:PORT, such as 127.0.0.1:6443`);
  return { host: match[1] ?? match[2] ?? '', port };
}

function areServiceRanges(cidrs: readonly string[]): boolean {
  const ranges = cidrs.map(cidrRange);
  const areOfSize = ranges.every((range) => range !== null && rangeSize(range) >= 16n && rangeSize(range) <= 1n << 24n);
  return areOfSize && new Set(ranges.map((range) => range?.family)).size === cidrs.length;
}
