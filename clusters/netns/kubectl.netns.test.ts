import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { start } from '../../agent/linux/exec.ts';
import type { Cluster } from '../cluster.ts';
import { kubectlIsThere, runKubectl } from '../kubectl.fixture.ts';
import { egressTopology } from '../topologies.ts';
import { netnsProvider } from './provider.ts';

const crds = fileURLToPath(new URL('../../agent/api/crds.generated.yaml', import.meta.url));
const stateDir = mkdtempSync(join(tmpdir(), 'egressproof-kubectl-'));
let cluster: Cluster;

const article = `
apiVersion: v1
kind: Namespace
metadata: { name: lab, labels: { team: lab } }
---
apiVersion: v1
kind: Pod
metadata: { name: client, namespace: lab, labels: { app: client } }
spec:
  terminationGracePeriodSeconds: 1
  containers: [{ name: main, image: test/echo, args: [serve, "8080"] }]
---
apiVersion: crd.antrea.io/v1beta1
kind: ExternalIPPool
metadata: { name: external }
spec:
  ipRanges: [{ start: 172.16.18.131, end: 172.16.18.150 }]
  nodeSelector: {}
---
apiVersion: crd.antrea.io/v1beta1
kind: Egress
metadata: { name: egress-lab }
spec:
  appliedTo: { namespaceSelector: { matchLabels: { kubernetes.io/metadata.name: lab } } }
  externalIPPool: external
`;

const deployment = `
apiVersion: apps/v1
kind: Deployment
metadata: { name: web, namespace: lab }
spec:
  replicas: 2
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec:
      terminationGracePeriodSeconds: 1
      containers: [{ name: main, image: test/echo, args: [serve, "80"] }]
`;

const configMap = (data: string): string =>
  `---\n{apiVersion: v1, kind: ConfigMap, metadata: {name: shared, namespace: lab}, data: {${data}}}`;

/** What a user types at a cluster of ours: kubectl, as it is, from outside the sandbox. */
describe.skipIf(!kubectlIsThere)('kubectl', () => {
  beforeAll(async () => {
    cluster = await netnsProvider.up({
      name: 'kubectl',
      stateDir,
      topology: egressTopology(),
      programs: { echo: new URL('../echo.fixture.ts', import.meta.url) },
      images: { 'test/echo': { program: 'echo' } },
      lifetime: 'caller',
    });
  }, 30_000);

  afterAll(async () => {
    await cluster?.down();
    rmSync(stateDir, { recursive: true, force: true });
  }, 30_000);

  // One story: each line goes on where the one before has left.
  test.each<[command: string, expected: RegExp, input?: string | undefined, env?: Record<string, string>]>([
    [`apply -f ${crds}`, /egresses\.crd\.antrea\.io created[^]*externalippools\.crd\.antrea\.io created/],
    [`apply -f ${crds}`, /^(customresourcedefinition\S+ unchanged\n){2}$/],
    ['wait --for=condition=Established crd/egresses.crd.antrea.io --timeout=10s', /condition met/],
    [
      'apply -f -',
      /namespace\/lab created\npod\/client created\nexternalippool\S+ created\negress\S+ created/,
      article,
    ],
    ['apply -f -', /^(\S+ unchanged\n){4}$/, article],
    ['diff -f -', /^$/, article],
    ['wait --for=condition=Ready pod/client -n lab --timeout=20s', /^pod\/client condition met/],
    ['get pods -n lab', /^NAME +READY +STATUS +RESTARTS +AGE\nclient +1\/1 +Running +0 +\d+s\n$/],
    ['get pods -A -o wide', /^NAMESPACE .* IP +NODE .*\nlab +client .* 10\.203\.\d\.\d+ +node-\d/],
    ['get pods -n lab -l app=client -o name', /^pod\/client\n$/],
    ['get pods -n lab -l app!=client', /^No resources found in lab namespace\./],
    ['get pods -n lab --field-selector status.phase=Running -o jsonpath={.items[*].metadata.name}', /^client$/],
    ['get nodes', /^NAME +STATUS +ROLES +AGE +VERSION\nnode-1 +Ready /],
    ['get egress', /^NAME +EGRESSIP +AGE +NODE\negress-lab +\d*s? *\d+s/],
    ['get eg,eip', /egress-lab[^]*external /],
    ['api-resources --api-group=crd.antrea.io', /egresses +eg +crd\.antrea\.io\/v1beta1 +false +Egress/],
    ['explain egress.spec.egressIP', /FIELD: egressIP <string>/],
    ['explain pod.spec.containers.image', /FIELD: image <string>/],
    ['describe egress egress-lab', /^Name: +egress-lab\n[^]*External IP Pool: +external/],
    ['describe pod client -n lab', /^Name: +client\n[^]*Status: +Running\n[^]*Containers:\n +main:/],
    ['describe node node-1', /Name: +node-1[^]*Ready +True[^]*PodCIDR: +10\.203\.1\.0\/24/],
    ['logs client -n lab', /^serving\n$/],
    ['exec client -n lab -- ip -4 addr show eth0', /inet 10\.203\.\d\.\d+\//],
    ['exec -i client -n lab -- cat', /^over there and back\n$/, 'over there and back\n'],
    ['label pod client -n lab tier=front', /^pod\/client labeled/],
    ['annotate ns lab owner=us', /^namespace\/lab annotated/],
    ['get pods -n lab -L tier', /TIER\n.*front/],
    [`patch egress egress-lab --type=merge -p {"spec":{"egressIP":"172.16.18.140"}}`, /patched/],
    [
      `patch egress egress-lab --type=json -p [{"op":"replace","path":"/spec/egressIP","value":"172.16.18.141"}]`,
      /patched/,
    ],
    [`patch pod client -n lab -p {"metadata":{"labels":{"a":"b"}}}`, /patched/],
    [
      'edit egress egress-lab',
      /^egress\S+ edited/,
      undefined,
      { KUBE_EDITOR: 'sed -i s/172.16.18.141/172.16.18.142/' },
    ],
    ['get egress egress-lab -o jsonpath={.spec.egressIP}', /^172\.16\.18\.142$/],
    ['apply --server-side --field-manager=one -f -', /serverside-applied/, configMap('a: "1", b: "1"')],
    ['apply --server-side --field-manager=two -f -', /serverside-applied/, configMap('b: "1", c: "2"')],
    [
      'apply --server-side --field-manager=two -f -',
      /Apply failed with 1 conflict: conflict with "one": \.data\.b/,
      configMap('b: "2", c: "2"'),
    ],
    [
      'apply --server-side --field-manager=two --force-conflicts -f -',
      /serverside-applied/,
      configMap('b: "2", c: "2"'),
    ],
    ['apply --server-side --field-manager=one -f -', /serverside-applied/, configMap('a: "1"')],
    ['get cm shared -n lab -o jsonpath={.data}', /^\{"a":"1","b":"2","c":"2"\}$/],
    ['apply --server-side --field-manager=two -f -', /serverside-applied/, configMap('c: "3"')],
    ['get cm shared -n lab -o jsonpath={.data}', /^\{"a":"1","c":"3"\}$/],
    ['apply -f -', /deployment\.apps\/web created/, deployment],
    ['rollout status deployment/web -n lab --timeout=20s', /successfully rolled out/],
    ['scale deployment web -n lab --replicas=1', /scaled/],
    ['auth can-i create egresses.crd.antrea.io', /^yes/],
    ['create -f -', /Error from server \(AlreadyExists\).*namespaces "lab" already exists/, article],
    ['get pod nobody -n lab', /^Error from server \(NotFound\): pods "nobody" not found/],
    ['get frobs', /the server doesn't have a resource type "frobs"/],
    ['delete pod client -n lab', /^pod "client" deleted/],
    ['delete egress --all', /"egress-lab" deleted/],
    ['delete ns lab', /^namespace "lab" deleted/],
    ['get ns lab', /namespaces "lab" not found/],
    ['version', /Server Version: v1\./],
    ['cluster-info', /control plane.* is running at/],
  ])('%s', async (command, expected, input, env) => {
    expect(await kubectl(command, input, env)).toMatch(expected);
  });

  test.each([
    [
      'a wrong type of a built-in field',
      '---\n{apiVersion: v1, kind: Pod, metadata: {name: x}, spec: {containers: 3}}',
      /cannot unmarshal|expected list|must be|cannot be handled/i,
    ],
    [
      'a pod without containers',
      '---\n{apiVersion: v1, kind: Pod, metadata: {name: x}, spec: {}}',
      /The Pod "x" is invalid: spec\.containers: Required value/,
    ],
    [
      'a name that is no DNS label',
      '---\n{apiVersion: v1, kind: Namespace, metadata: {name: Not_Good}}',
      /The Namespace "Not_Good" is invalid: metadata\.name: Invalid value: "Not_Good"/,
    ],
    [
      'an unknown field',
      '---\n{apiVersion: crd.antrea.io/v1beta1, kind: Egress, metadata: {name: x}, spec: {egresIP: 1.2.3.4}}',
      /unknown field "spec\.egresIP"/,
    ],
    [
      'a custom resource of the wrong type',
      '---\n{apiVersion: crd.antrea.io/v1beta1, kind: Egress, metadata: {name: x}, spec: {egressIP: 7}}',
      /The Egress "x" is invalid:[^]*spec\.egressIP: Invalid value: "integer"/,
    ],
    [
      'an unknown kind',
      '---\n{apiVersion: v1, kind: Pot, metadata: {name: x}}',
      /no matches for kind "Pot" in version "v1"|no match for "Pot"/,
    ],
    ['broken YAML', '---\n{apiVersion: v1, kind: [', /error (parsing|converting)/],
  ])('refuses %s', async (_what, manifest, expected) => {
    expect(await kubectl('create -f -', manifest)).toMatch(expected);
  });

  test('get -w tells of changes as they come', async () => {
    const watch = start(['kubectl', 'get', 'ns', '-w', '--output-watch-events'], { env: environment() });
    const lines = watch.lines[Symbol.asyncIterator]();
    await until(lines, /ADDED .*kube-system/);
    await kubectl('create ns seen');
    expect(await until(lines, /seen/)).toMatch(/^ADDED +seen +Active/);
    await kubectl('delete ns seen');
    expect(await until(lines, /DELETED/)).toMatch(/^DELETED +seen +Terminating/);
    await watch.stop();
  });
});

const environment = (): Record<string, string> => ({ KUBECONFIG: cluster.kubeconfig });

const kubectl = (command: string, input?: string, env?: Record<string, string>): Promise<string> =>
  runKubectl(cluster.kubeconfig, command, { input, ...(env && { env }) });

async function until(lines: AsyncIterator<string>, pattern: RegExp): Promise<string> {
  for (let next = await lines.next(); next.done !== true; next = await lines.next())
    if (pattern.test(next.value)) return next.value;
  throw new Error(`kubectl ended without a line like ${pattern.source}`);
}
