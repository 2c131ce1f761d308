import { deployments, nodes, pods } from '../../agent/kube/object.ts';
import type { KubeObject } from '../../agent/kube/object.ts';
import { whenReflected } from '../../agent/kube/when.ts';
import { both } from '../check/address.ts';
import { programsOf } from './agent-faults.ts';
import type { Fault, FaultSite } from './fault.ts';

/** Pods end within their grace period of 30 s. */
const goneMs = 45_000;

interface Owned extends KubeObject {
  readonly spec?: { readonly nodeName?: string; readonly replicas?: number };
  readonly metadata: KubeObject['metadata'] & {
    readonly ownerReferences?: readonly { readonly kind: string; readonly controller?: boolean }[];
  };
}

export const drain: Fault = {
  does: 'the node is cordoned, and the pods on it that a controller will make elsewhere are deleted',
  isNot: 'no loss of anything: pods of DaemonSets stay, as with kubectl drain, and so do pods without a controller',
  hits: 'node',
  needs: [],
  begin: async ({ kube, node }) => {
    await kube.patch(nodes, node.name, { spec: { unschedulable: true } }, { type: 'merge' });
    const { items } = await kube.list<Owned>(pods);
    const leaving = items.filter(({ spec, metadata: { ownerReferences = [] } }) => {
      const controller = ownerReferences.find((owner) => owner.controller === true);
      return spec?.nodeName === node.name && controller !== undefined && controller.kind !== 'DaemonSet';
    });
    await Promise.all(leaving.map(({ metadata }) => kube.delete(pods, metadata.name ?? '', metadata.namespace)));
  },
  end: async ({ kube, node }) => {
    await kube.patch(nodes, node.name, { spec: { unschedulable: null } }, { type: 'merge' });
  },
};

const apiTable = 'inet egressproof_fault';

export const apiServerDown: Fault = {
  does: 'nodes, pods and the rest of the control plane are refused by the API server, on new and on open connections',
  isNot: 'no end of the API server: it is still there for the test itself, which reaches its pods through it',
  hits: 'cluster',
  needs: ['controlPlaneHost'],
  begin: async ({ cluster }) => {
    const { controlPlane, topology, nodes: members } = cluster;
    const hosts = members.flatMap(({ address, address6 }) => both(address, address6));
    const own = both(controlPlane.address, controlPlane.address6);
    const sources = [...hosts, ...own, ...both(topology.podCIDR, topology.podCIDR6), '127.0.0.0/8', '::1'];
    const rule = (family: 'ip' | 'ip6'): string => {
      const of = sources.filter((source) => source.includes(':') === (family === 'ip6'));
      const match = `tcp dport ${controlPlane.apiPort} reject with tcp reset`;
      return `${family} saddr { ${of.join(', ')} } ${match}`;
    };
    const chain = ['chain in {', 'type filter hook input priority -300', rule('ip'), rule('ip6'), '}'].join('\n');
    await controlPlane.run(['nft', '-f', '-'], { input: `table ${apiTable} {\n${chain}\n}\n` });
  },
  end: async ({ cluster: { controlPlane } }) => {
    await controlPlane.run(['nft', '-f', '-'], { input: `table ${apiTable} { }\ndelete table ${apiTable}\n` });
  },
};

export const controllerDown: Fault = {
  does: "the implementation's controller is scaled to nothing",
  isNot: 'no loss of agents, or of anything that they know already',
  hits: 'cluster',
  needs: [],
  prepare: async (site) => {
    const { namespace, deployment } = programsOf(site).controller;
    const { spec } = await site.kube.get<Owned>(deployments, deployment, namespace);
    return { replicas: String(spec?.replicas ?? 1) };
  },
  begin: async (site) => {
    await scale(site, 0);
    const { namespace, deployment } = programsOf(site).controller;
    using all = site.kube.reflect(pods, { namespace });
    await all.synced;
    const left = (): number => [...all.items.keys()].filter((key) => key.includes(`/${deployment}-`)).length;
    await whenReflected([all], {
      look: () => left() === 0 || undefined,
      limitMs: goneMs,
      last: () => `${left()} pods of ${deployment} were still there after ${goneMs} ms`,
    });
  },
  end: async (site, { replicas }) => {
    await scale(site, Number(replicas));
    const { namespace, deployment } = programsOf(site).controller;
    using all = site.kube.reflect<KubeObject & { readonly status?: { readonly readyReplicas?: number } }>(deployments, {
      namespace,
    });
    await all.synced;
    await whenReflected([all], {
      look: () => (all.items.get(`${namespace}/${deployment}`)?.status?.readyReplicas ?? 0) > 0 || undefined,
      limitMs: goneMs,
      last: () => `${deployment} was not ready again within ${goneMs} ms`,
    });
  },
};

async function scale(site: FaultSite, replicas: number): Promise<void> {
  const { namespace, deployment } = programsOf(site).controller;
  await site.kube.patch(deployments, deployment, { spec: { replicas } }, { type: 'merge', namespace });
}
