import { readFile } from 'node:fs/promises';
import { stringify } from 'yaml';
import { egressAddresses, egresses, type Egress, type EgressSpec } from '../../agent/api/egress.ts';
import { externalIPPools, type ExternalIPPool } from '../../agent/api/external-ip-pool.ts';
import type { LabelSelector } from '../../agent/api/label-selector.ts';
import {
  agentImage,
  agentName,
  configName,
  controllerName,
  installManifest,
  installNamespace,
} from '../../agent/api/install.ts';
import { defaultOverlayPort, overlayMac, vni } from '../../agent/api/overlay.ts';
import { pods } from '../../agent/kube/object.ts';
import type { Kube } from '../../agent/kube/types.ts';
import { both, canonical } from '../check/address.ts';
import type { Adapter, EgressIntent, Labels, Requirement, Selection } from './adapter.ts';
import { attemptBundled } from './bundled-attempt.ts';
import { bundledDeclared } from './bundled-declared.ts';
import { bundledFeatures } from './bundled-features.ts';
import { restartPods } from './restart-pods.ts';
import { resourceRefOf } from './resource-ref.ts';
import { whenNamespaceGone, whenWorkloadsReady } from './workloads-ready.ts';

/** This project's own implementation, through Antrea's v1beta1 objects: an Egress, and a pool with just its address. */
export const bundled: Adapter = {
  name: 'bundled',
  features: bundledFeatures,
  declared: bundledDeclared,

  overlay: { port: defaultOverlayPort, vni, macOf: overlayMac },

  async version() {
    const manifest = await readFile(new URL('../../package.json', import.meta.url), 'utf8');
    return (JSON.parse(manifest) as { version: string }).version;
  },

  async install(context) {
    const { topology } = context.cluster;
    const args = [`--service-cidr=${both(topology.serviceCIDR, topology.serviceCIDR6).join()}`];
    const image = context.cluster.image(agentImage);
    for (const object of installManifest({ agentArgs: args, controllerArgs: args, image }))
      await context.kube.apply(resourceRefOf(object), object);
    await whenWorkloadsReady(context, installNamespace);
  },

  async uninstall(context) {
    for (const object of installManifest().toReversed()) {
      await context.kube.delete(resourceRefOf(object), object.metadata.name ?? '', object.metadata.namespace);
    }
    // The agents clear their nodes when they end.
    await whenNamespaceGone(context, installNamespace);
  },

  async apply(intent, { kube }) {
    const before = await kube.find<Egress>(egresses, intent.name);
    for (const object of objectsOf(intent)) await kube.apply(resourceRefOf(object), object);
    await dropUnusedPools(before, kube);
  },

  async remove(name, { kube }) {
    const before = await kube.find<Egress>(egresses, name);
    await kube.delete(egresses, name);
    await dropUnusedPools(before, kube);
  },

  attempt: (input, { name, selection }, { kube }) =>
    attemptBundled(input, { name, appliedTo: appliedTo(selection) }, kube),

  async ownerOf(name, { kube }) {
    const egress = await kube.find<Egress>(egresses, name);
    return egress?.status?.egressNode || null;
  },

  async statusOf(name, { kube }) {
    const egress = await kube.find<Egress>(egresses, name);
    const { egressIP = '', egressNode = '', assignments, conditions = [] } = egress?.status ?? {};
    const first = egressIP === '' && egressNode === '' ? [] : [{ ip: egressIP, node: egressNode }];
    const bad = conditions.find(({ type = '', status }) => /^IP(Allocated|Assigned)$/.test(type) && status === 'False');
    return {
      assigned: (assignments ?? first).map(({ ip, node }) => ({ address: ip, node })),
      pendingReason: bad === undefined ? null : `${bad.reason}: ${bad.message}`,
    };
  },

  async except(cidrs, { kube }) {
    const metadata = { name: configName, namespace: installNamespace };
    const config = { apiVersion: 'v1', kind: 'ConfigMap', metadata, data: { exceptCIDRs: cidrs.join('\n') } };
    await kube.apply(resourceRefOf(config), config);
  },

  restart: (what, context) => restartPods(context, installNamespace, what === 'agents' ? agentName : controllerName),

  manifest: (intent) =>
    objectsOf(intent)
      .map((object) => stringify(object))
      .join('---\n'),

  async diagnostics({ kube }) {
    const [policies, pools, agents] = await Promise.all([
      kube.list(egresses),
      kube.list(externalIPPools),
      kube.list(pods, { namespace: installNamespace }),
    ]);
    const logs = agents.items.map(async ({ metadata: { name = '' } }): Promise<[string, string]> => [
      `log-${name}.txt`,
      await kube.log(installNamespace, name).catch((error: unknown) => `no log: ${String(error)}\n`),
    ]);
    return {
      'egresses.yaml': stringify(policies.items),
      'externalippools.yaml': stringify(pools.items),
      ...Object.fromEntries(await Promise.all(logs)),
    };
  },
};

/** Policies can share an address, and so its pool: the last one to leave it removes it. */
async function dropUnusedPools(before: Egress | null, kube: Kube): Promise<void> {
  const pools = before === null ? [] : poolsOf(before);
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
function objectsOf({ name, selection, addresses, via }: EgressIntent): readonly (ExternalIPPool | Egress)[] {
  const nodeSelector = {
    matchLabels: via === undefined ? { 'egress-gateway': 'true' } : { 'kubernetes.io/hostname': via },
  };
  const pools = addresses.map((address): ExternalIPPool => ({
    apiVersion: 'crd.antrea.io/v1beta1',
    kind: 'ExternalIPPool',
    metadata: { name: `only-${canonical(address).replaceAll(/[.:]/g, '-')}${via === undefined ? '' : `-${via}`}` },
    spec: { ipRanges: [{ start: canonical(address), end: canonical(address) }], nodeSelector },
  }));
  const poolNames = pools.map(({ metadata }) => metadata.name ?? '');
  const [egressIP = '', ...others] = addresses;
  const [externalIPPool = ''] = poolNames;
  const from =
    others.length === 0 ? { egressIP, externalIPPool } : { egressIPs: [...addresses], externalIPPools: poolNames };
  const egress: Egress = {
    apiVersion: 'crd.antrea.io/v1beta1',
    kind: 'Egress',
    metadata: { name },
    spec: { appliedTo: appliedTo(selection), ...from },
  };
  return [...pools, egress];
}

function appliedTo(selection: Selection): EgressSpec['appliedTo'] {
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
