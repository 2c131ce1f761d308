import { readFile } from 'node:fs/promises';
import { stringify } from 'yaml';
import { egresses, type Egress } from '../../agent/api/egress.ts';
import {
  agentImage,
  agentName,
  configName,
  controllerName,
  installManifest,
  installNamespace,
} from '../../agent/api/install.ts';
import { defaultOverlayPort, overlayMac, vni } from '../../agent/api/overlay.ts';
import { daemonSets, deployments, namespaces } from '../../agent/kube/object.ts';
import { both } from '../check/address.ts';
import type { Adapter } from './adapter.ts';
import { attemptBundled } from './bundled-attempt.ts';
import { bundledDiagnostics } from './bundled-diagnostics.ts';
import { bundledReady } from './bundled-ready.ts';
import { bundledDeclared } from './bundled-declared.ts';
import { bundledFeatures } from './bundled-features.ts';
import { appliedTo, applyAll, dropUnusedPools, objectsOf } from './bundled-objects.ts';
import { limitBundledNode } from './bundled-limit.ts';
import { bundledPools } from './bundled-pools.ts';
import { bundledEvents, bundledMetrics, bundledStatus } from './bundled-observation.ts';
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

  async isInstalled({ kube }) {
    return (await kube.find(namespaces, installNamespace)) !== null;
  },

  async install(context) {
    const { topology } = context.cluster;
    const args = [`--service-cidr=${both(topology.serviceCIDR, topology.serviceCIDR6).join()}`];
    const image = context.cluster.image(agentImage);
    for (const object of installManifest({ agentArgs: args, controllerArgs: args, image }))
      await context.kube.apply(resourceRefOf(object), object);
    await whenWorkloadsReady(context, installNamespace);
  },

  whenReady: bundledReady,

  async uninstall(context) {
    for (const object of installManifest().toReversed()) {
      await context.kube.delete(resourceRefOf(object), object.metadata.name ?? '', object.metadata.namespace);
    }
    // The agents clear their nodes when they end.
    await whenNamespaceGone(context, installNamespace);
  },

  async apply(intent, { kube }) {
    const before = await kube.find<Egress>(egresses, intent.name);
    await applyAll(kube, objectsOf(intent));
    await dropUnusedPools(before, kube);
  },

  async remove(name, { kube }) {
    const before = await kube.find<Egress>(egresses, name);
    await kube.delete(egresses, name);
    await dropUnusedPools(before, kube);
  },

  // Its pools stay.
  async replace(intent, { kube }) {
    const objects = objectsOf(intent);
    await kube.delete(egresses, intent.name);
    await applyAll(
      kube,
      objects.filter(({ kind }) => kind === 'Egress'),
    );
  },

  attempt: (input, { name, selection }, { kube }) =>
    attemptBundled(input, { name, appliedTo: appliedTo(selection) }, kube),

  async ownerOf(name, { kube }) {
    const egress = await kube.find<Egress>(egresses, name);
    return egress?.status?.egressNode || null;
  },

  statusOf: (name, { kube }) => bundledStatus(name, kube),

  async claimElsewhere(name, egressNode, { kube }) {
    await kube.patch(egresses, name, { status: { egressNode } }, { type: 'merge', subresource: 'status' });
  },

  eventsOf: (name, { kube }) => bundledEvents(name, kube),

  metrics: ({ cluster }) => bundledMetrics(cluster),

  async except(cidrs, { kube }) {
    const metadata = { name: configName, namespace: installNamespace };
    const config = { apiVersion: 'v1', kind: 'ConfigMap', metadata, data: { exceptCIDRs: cidrs.join('\n') } };
    await kube.apply(resourceRefOf(config), config);
  },

  pools: bundledPools,

  limitNode: (node, limit, { kube }) => limitBundledNode(node, limit === null ? null : String(limit), kube),

  programs: {
    agent: { namespace: installNamespace, workload: agentName, process: '[.](ts|mjs) ([^ ]+ )*agent( |$)' },
    controller: { namespace: installNamespace, deployment: controllerName },
  },

  restart: (what, context) => restartPods(context, installNamespace, what === 'agents' ? agentName : controllerName),

  // As `kubectl rollout restart` does it, which is what a new image does as well.
  async upgrade(context) {
    const annotations = { 'egressproof.dev/restarted-at': new Date().toISOString() };
    const patch = { spec: { template: { metadata: { annotations } } } };
    const how = { type: 'merge', namespace: installNamespace } as const;
    await context.kube.patch(daemonSets, agentName, patch, how);
    await context.kube.patch(deployments, controllerName, patch, how);
    await whenWorkloadsReady(context, installNamespace);
  },

  manifest: (intent) =>
    objectsOf(intent)
      .map((object) => stringify(object))
      .join('---\n'),

  diagnostics: bundledDiagnostics,
};
