import { customResourceDefinitions } from '../../agent/api/crds.ts';
import { webhookConfigurationName } from '../../agent/api/webhooks.ts';
import type { ResourceRef } from '../../agent/kube/object.ts';
import type { Kube } from '../../agent/kube/types.ts';
import type { AdapterContext } from '../adapter/adapter.ts';
import type { DefectName } from './names.ts';

/** Breaks something next to the programs under test, which stay as they are. What it gives ends what goes on. */
type OutsideDefect = (context: AdapterContext) => Promise<AsyncDisposable | null>;

export const outsideDefects: Readonly<Partial<Record<DefectName, OutsideDefect>>> = {
  // What a CNI does that masquerades whatever leaves the pod subnet, when it comes first.
  'masqueraded-before': ({ cluster }) =>
    nodeTable(
      cluster,
      `chain first {
         type nat hook postrouting priority srcnat - 50
         ip saddr ${cluster.topology.podCIDR} ip daddr != ${cluster.topology.podCIDR} masquerade
       }`,
    ),
  'source-port-once': ({ cluster }) =>
    nodeTable(
      cluster,
      `set used { type inet_service . ipv4_addr . inet_service; flags dynamic,timeout; timeout 1m; }
       chain in {
         type filter hook prerouting priority mangle
         ip saddr ${cluster.topology.podCIDR} ip daddr ${cluster.topology.outside.cidr} ct state new meta l4proto { tcp, udp } jump once
       }
       chain once {
         th sport . ip daddr . th dport @used drop
         add @used { th sport . ip daddr . th dport }
       }`,
    ),
  'translations-stay': ({ cluster }) =>
    nodeTable(
      cluster,
      `ct timeout long { l3proto ip; protocol udp; policy = { unreplied : 600, replied : 600 }; }
       chain in {
         type filter hook prerouting priority filter
         meta l4proto udp ct timeout set "long"
       }`,
    ),
  'filter-stays-strict': ({ cluster }) =>
    again(cluster, 'for f in /proc/sys/net/ipv4/conf/*/rp_filter; do echo 1 > $f; done'),
  // Those of cases have names such as sec_10_4f3a_1.
  'others-cleared': ({ cluster }) =>
    again(
      cluster,
      "nft list tables ip | grep -E '^table ip [a-z]+_[0-9]+_' | while read -r table; do nft delete $table; done",
    ),
  'forgets-without-api': ({ cluster }) => {
    const service = cluster.topology.serviceCIDR.replace(/\d+\/\d+$/, '1');
    const reached = `timeout 1 bash -c 'exec 3<>/dev/tcp/${service}/443' 2> /dev/null`;
    return again(cluster, `${reached} || nft flush map ip egressproof steering`);
  },
  'announcements-lost': ({ cluster }) =>
    nodeTable(
      cluster,
      `chain out {
         type filter hook egress device "eth0" priority 0
         ip6 daddr ff02::1 icmpv6 type nd-neighbor-advert drop
       }`,
      'netdev',
    ),
  'duplicates-unnoticed': ({ cluster }) =>
    nodeTable(
      cluster,
      `chain in {
         type filter hook ingress device "eth0" priority 0
         ip6 saddr :: icmpv6 type nd-neighbor-solicit drop
       }
       chain out {
         # What is told of the address unasked keeps others off as well, for as long as it is told.
         type filter hook egress device "eth0" priority 0
         ip6 daddr ff02::1 icmpv6 type nd-neighbor-advert drop
       }`,
      'netdev',
    ),
  'services-on-link': ({ cluster }) =>
    nodeRoute(cluster, [cluster.topology.serviceCIDR, 'dev', 'eth0', 'scope', 'link']),
  'schema-missing': ({ kube }) => withoutSchema(kube),
  'webhook-missing': async ({ kube }) => {
    await kube.delete(webhookConfigurations, webhookConfigurationName);
    return null;
  },
};

/** A line of shell on every node, over and over. */
async function again({ nodes }: AdapterContext['cluster'], line: string): Promise<AsyncDisposable> {
  const until = (name: string): string => `/run/seeded-defect-${name}`;
  const script = (name: string): string =>
    `touch ${until(name)}; while [ -e ${until(name)} ]; do ${line}; sleep 0.05; done`;
  const shells = nodes.map((node) =>
    node.run(['sh', '-c', script(node.name)], { timeoutMs: 300_000, allowFailure: true }),
  );
  return {
    [Symbol.asyncDispose]: async () => {
      await Promise.all(nodes.map((node) => node.run(['rm', '-f', until(node.name)])));
      await Promise.all(shells);
    },
  };
}

/** A route on every node. */
async function nodeRoute({ nodes }: AdapterContext['cluster'], route: readonly string[]): Promise<AsyncDisposable> {
  const change = (verb: 'add' | 'del'): Promise<unknown> =>
    Promise.all(nodes.map((node) => node.run(['ip', 'route', verb, ...route])));
  await change('add');
  return { [Symbol.asyncDispose]: () => change('del').then(() => undefined) };
}

const webhookConfigurations: ResourceRef = {
  group: 'admissionregistration.k8s.io',
  version: 'v1',
  plural: 'validatingwebhookconfigurations',
  kind: 'ValidatingWebhookConfiguration',
  namespaced: false,
};

const definitions: ResourceRef = {
  group: 'apiextensions.k8s.io',
  version: 'v1',
  plural: 'customresourcedefinitions',
  kind: 'CustomResourceDefinition',
  namespaced: false,
};

/** The definitions stay, and say nothing about what is in the objects. */
async function withoutSchema(kube: Kube): Promise<null> {
  const anything = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };
  for (const { metadata } of customResourceDefinitions) {
    const path = '/spec/versions/0/schema/openAPIV3Schema';
    await kube.patch(definitions, metadata.name ?? '', [{ op: 'replace', path, value: anything }], { type: 'json' });
  }
  return null;
}

/** An nft table of its own on every node. */
async function nodeTable(
  { nodes }: AdapterContext['cluster'],
  chains: string,
  family: 'ip' | 'netdev' = 'ip',
): Promise<AsyncDisposable> {
  const table = `${family} seeded_defect`;
  const ruleset = (input: string): Promise<unknown> =>
    Promise.all(nodes.map((node) => node.run(['nft', '-f', '-'], { input })));
  await ruleset(`table ${table} {\n${chains}\n}\n`);
  return { [Symbol.asyncDispose]: () => ruleset(`delete table ${table}\n`).then(() => undefined) };
}
