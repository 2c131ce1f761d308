import { egressAddresses, egresses, type Egress, type EgressSpec } from '../../agent/api/egress.ts';
import { externalIPPools, type ExternalIPPool } from '../../agent/api/external-ip-pool.ts';
import type { LabelSelector } from '../../agent/api/label-selector.ts';
import { KubeApiError } from '../../agent/kube/error.ts';
import type { KubeObject } from '../../agent/kube/object.ts';
import type { Kube } from '../../agent/kube/types.ts';
import { canonical } from '../check/address.ts';
import { Refused, type EgressIntent, type Labels, type Requirement, type Selection } from './adapter.ts';
import { resourceRefOf } from './resource-ref.ts';

/** Of the pools that are made for an address that a case names. */
const ownPrefix = 'only-';

/** @throws Refused when the API does not take one of them */
export async function applyAll(kube: Kube, objects: readonly KubeObject[]): Promise<void> {
  try {
    for (const object of objects) await kube.apply(resourceRefOf(object), object);
  } catch (error) {
    const isRefused = error instanceof KubeApiError && [400, 403, 422].includes(error.code);
    throw isRefused ? new Refused(error.message, { cause: error }) : error;
  }
}

/** Policies can share an address, and so its pool: the last one to leave it removes it. */
export async function dropUnusedPools(before: Egress | null, kube: Kube): Promise<void> {
  const pools = (before === null ? [] : poolsOf(before)).filter((pool) => pool.startsWith(ownPrefix));
  if (pools.length === 0) return;
  const used = new Set((await kube.list<Egress>(egresses)).items.flatMap(poolsOf));
  for (const pool of pools) if (!used.has(pool)) await kube.delete(externalIPPools, pool);
}

function poolsOf(egress: Egress): string[] {
  return egressAddresses(egress).flatMap(({ pool }) => pool ?? []);
}

/**
 * A pool per address, because ranges of pools may not overlap and cannot be changed, and a policy may be moved to
 * another address. Several policies on one address share its pool.
 */
export function objectsOf({
  name,
  selection,
  addresses,
  via,
  pools: fromPools = [],
  bandwidth,
  subnet,
}: EgressIntent): readonly (ExternalIPPool | Egress)[] {
  const nodeSelector = {
    matchLabels: via === undefined ? { 'egress-gateway': 'true' } : { 'kubernetes.io/hostname': via },
  };
  const egress = (from: Partial<EgressSpec>): Egress => ({
    apiVersion: 'crd.antrea.io/v1beta1',
    kind: 'Egress',
    metadata: { name },
    spec: { appliedTo: appliedTo(selection), ...from, ...(bandwidth && { bandwidth }) },
  });
  const [fromPool, ...more] = fromPools;
  if (fromPool !== undefined && more.length === 0) {
    const [asked] = addresses;
    return [egress({ externalIPPool: fromPool, ...(asked === undefined ? {} : { egressIP: asked }) })];
  }
  if (fromPool !== undefined)
    return [egress({ externalIPPools: [...fromPools], ...(addresses.length > 0 && { egressIPs: [...addresses] }) })];
  const pools = addresses.map((address): ExternalIPPool => ({
    apiVersion: 'crd.antrea.io/v1beta1',
    kind: 'ExternalIPPool',
    metadata: {
      name: `${ownPrefix}${canonical(address).replaceAll(/[.:]/g, '-')}${via === undefined ? '' : `-${via}`}`,
    },
    spec: {
      ipRanges: [{ start: canonical(address), end: canonical(address) }],
      nodeSelector,
      ...(subnet && { subnetInfo: subnet }),
    },
  }));
  const poolNames = pools.map(({ metadata }) => metadata.name ?? '');
  const [egressIP = '', ...others] = addresses;
  const [externalIPPool = ''] = poolNames;
  const from =
    others.length === 0 ? { egressIP, externalIPPool } : { egressIPs: [...addresses], externalIPPools: poolNames };
  return [...pools, egress(from)];
}

export function appliedTo(selection: Selection): EgressSpec['appliedTo'] {
  if (selection === 'empty') return {};
  if (selection === 'everything') return { namespaceSelector: {} };
  const namespaceSelector = selectorOf(selection.namespaces, selection.namespacesMatching);
  const podSelector = selectorOf(selection.pods, selection.podsMatching);
  return { ...(namespaceSelector && { namespaceSelector }), ...(podSelector && { podSelector }) };
}

function selectorOf(labels?: Labels, requirements?: readonly Requirement[]): LabelSelector | undefined {
  if (labels === undefined && requirements === undefined) return undefined;
  const matchExpressions = requirements?.map(({ values, ...rest }) => ({
    ...rest,
    ...(values && { values: [...values] }),
  }));
  return { ...(labels && { matchLabels: { ...labels } }), ...(matchExpressions && { matchExpressions }) };
}
