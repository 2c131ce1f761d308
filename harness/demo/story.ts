import type { DatabaseConnection, FirewallLogEntry, FirewallRule } from '../../clusters/cluster.ts';
import { bundled } from '../adapter/bundled.ts';
import type { CasePod } from '../world/case-pod.ts';
import type { Testbed } from '../world/testbed.ts';
import { bystander, Scene } from './scene.ts';
import type { Application, Visit } from './scene.ts';
import { textTable } from './text-table.ts';

type Say = (...lines: readonly string[]) => void;

/** Tells the figures with real connections. True when reality is as the figures say. */
export async function tellStory(testbed: Testbed, say: Say): Promise<boolean> {
  const scene = new Scene(testbed);
  await scene.open();
  const before = await withoutEgress(testbed, scene, say);
  await applyEgress(testbed, scene, say);
  const after = await withEgress(testbed, scene, say);
  say('', 'Before and after: the source address that left the cluster', '');
  say(...beforeAndAfter(before.visits, after.visits), '');
  const isRight = before.isRight && after.isRight;
  say(isRight ? '  As in the figures, seen from outside.' : '  NOT AS IN THE FIGURES: see above.');
  return isRight;
}

interface Chapter {
  readonly visits: readonly Visit[];
  readonly isRight: boolean;
}

/** Figures 2 and 3: the administrator of the database can only admit nodes. */
async function withoutEgress({ cluster }: Testbed, scene: Scene, say: Say): Promise<Chapter> {
  const nodes = cluster.nodes.map((node) => node.address);
  await cluster.database.setGrants(scene.applications.map(({ login }) => ({ ...login, admit: nodes })));
  const visits = await scene.visitAll();
  say('', 'Figures 2 and 3: without Egress', '', ...visitTable(visits), '');
  for (const address of nodes) say(`  ${address} is ${namesOf(visits, address).join(' and ') || 'nobody'}`);
  const isRight = nodes.every((address) => namesOf(visits, address).length === scene.applications.length);
  say(isRight ? '  The database sees nodes. It cannot tell the applications apart.' : '  NOT AS IN THE FIGURE.');
  return { visits, isRight };
}

/** Figure 4: an address for each application; database and firewall go by it. */
async function applyEgress({ cluster, context }: Testbed, scene: Scene, say: Say): Promise<void> {
  say('', 'Figure 4: one Egress for each application', '');
  const intents = scene.applications.map(intentOf);
  say(...indent(intents.map((intent) => bundled.manifest(intent)).join('---\n')));
  for (const intent of intents) await bundled.apply(intent, context);
  await cluster.database.setGrants(scene.applications.map(({ login, address }) => ({ ...login, admit: [address] })));
}

async function withEgress({ cluster }: Testbed, scene: Scene, say: Say): Promise<Chapter> {
  const settledMs = await scene.settled(bundled.declared.settleMs);
  await cluster.firewall.setRules(rules(scene, cluster.database.address), 'drop');
  const [{ mark }, logged] = await Promise.all([cluster.database.connections(), cluster.firewall.log()]);
  const visits = await scene.visitAll();
  const strangers = await Promise.all(
    scene.applications.map((one) => scene.connect(firstPod(scene, one.namespace), otherThan(scene, one))),
  );
  const dropped = await scene.connect(firstPod(scene, bystander), firstApplication(scene));
  say('', ...visitTable(visits), '');
  const isSettled = settledMs !== null && visits.every(({ source, application }) => source === application.address);
  say(isSettled ? '  Every pod leaves as its application, from every node.' : '  NOT AS IN THE FIGURE.');

  const log = await scene.databaseLog(mark);
  say(
    '',
    'What the database logged: each application is admitted to its own database by its address, and to no other',
    '',
  );
  say(...databaseTable(scene, log), '', ...log.map(({ source, line }) => `  ${source}  ${line}`));
  const { entries } = await cluster.firewall.log(logged.mark);
  say(
    '',
    `What the firewall did: counted, logged and filtered by application (a pod of "${bystander}" tried, too)`,
    '',
  );
  say(...firewallTable(scene, entries, await cluster.firewall.counters()));
  const isRight =
    isSettled &&
    strangers.every((outcome) => outcome === 'rejected') &&
    dropped === 'timeout' &&
    log.filter(({ outcome }) => outcome === 'rejected').length === scene.applications.length &&
    scene.applications.every(({ namespace, address }) =>
      entries.some((one) => one.rule === namespace && one.source === address),
    ) &&
    entries.some((one) => one.rule === 'default' && one.action === 'drop');
  return { visits, isRight };
}

const intentOf = ({ namespace, address, via }: Application) => ({
  name: namespace,
  selection: { namespaces: { 'kubernetes.io/metadata.name': namespace } },
  addresses: [address],
  via,
});

const rules = ({ applications }: Scene, destination: string): FirewallRule[] =>
  applications.map(({ namespace, address }) => ({ name: namespace, source: address, destination, action: 'accept' }));

function visitTable(visits: readonly Visit[]): string[] {
  return textTable(
    ['namespace', 'pod', 'node', 'pod IP', 'the database saw'],
    visits.map(({ pod: { facts }, source }) => [facts.namespace, facts.name, facts.node, facts.ip, source]),
  );
}

function databaseTable(scene: Scene, log: readonly DatabaseConnection[]): string[] {
  const rows = log
    .toSorted((a, b) => `${a.database} ${a.source}`.localeCompare(`${b.database} ${b.source}`))
    .map(({ database, source, outcome }) => [database, source, ownerOf(scene, source), outcome]);
  return textTable(['database', 'client', 'that is', 'outcome'], rows);
}

function firewallTable(
  scene: Scene,
  entries: readonly FirewallLogEntry[],
  counters: Readonly<Record<string, { readonly packets: number }>>,
): string[] {
  return textTable(
    ['rule', 'action', 'new connections', 'last one logged'],
    [...scene.applications.map(({ namespace }) => namespace), 'default'].map((rule) => {
      const last = entries.findLast((entry) => entry.rule === rule);
      const what = last === undefined ? '-' : `${last.source} > ${last.destination}:${last.port}`;
      return [rule, last?.action ?? '-', String(counters[rule]?.packets ?? 0), what];
    }),
  );
}

function beforeAndAfter(before: readonly Visit[], after: readonly Visit[]): string[] {
  return textTable(
    ['namespace', 'pod', 'node', 'before', 'after'],
    after.map(({ pod, source }) => {
      const { namespace, name, node } = pod.facts;
      return [namespace, name, node, before.find((visit) => visit.pod === pod)?.source ?? '', source];
    }),
  );
}

function namesOf(visits: readonly Visit[], source: string): string[] {
  const there = visits.filter((visit) => visit.source === source);
  return [...new Set(there.map(({ application }) => application.namespace))];
}

const ownerOf = ({ applications }: Scene, source: string): string =>
  applications.find(({ address }) => address === source)?.namespace ?? 'nobody we know';
const otherThan = ({ applications }: Scene, one: Application): Application =>
  applications.find((other) => other !== one) ?? one;
const indent = (text: string): string[] =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => `  ${line}`);

function firstApplication({ applications }: Scene): Application {
  const [first] = applications;
  if (first === undefined) throw new Error('the demo has no application');
  return first;
}

function firstPod(scene: Scene, namespace: string): CasePod {
  const [pod] = scene.podsOf(namespace);
  if (pod === undefined) throw new Error(`no pod of ${namespace} runs`);
  return pod;
}
