import type { DatabaseConnection, FirewallLogEntry, FirewallRule } from '../../clusters/cluster.ts';
import { bundled } from '../adapter/bundled.ts';
import type { CasePod } from '../world/case-pod.ts';
import type { Testbed } from '../world/testbed.ts';
import { applications, bystander, Scene } from './scene.ts';
import type { Application, Visit } from './scene.ts';
import { textTable } from './text-table.ts';

type Say = (...lines: readonly string[]) => void;

/** Tells the figures with real connections. True when reality is as the figures say. */
export async function tellStory(testbed: Testbed, say: Say): Promise<boolean> {
  const scene = new Scene(testbed);
  await scene.open();
  const before = await withoutEgress(testbed, scene, say);
  await applyEgress(testbed, say);
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
  await cluster.database.setGrants(applications.map(({ login }) => ({ ...login, admit: nodes })));
  const visits = await scene.visitAll();
  say('', 'Figures 2 and 3: without Egress', '', ...visitTable(visits), '');
  for (const address of nodes) say(`  ${address} is ${namesOf(visits, address).join(' and ') || 'nobody'}`);
  const isRight = nodes.every((address) => namesOf(visits, address).length === applications.length);
  say(isRight ? '  The database sees nodes. It cannot tell the applications apart.' : '  NOT AS IN THE FIGURE.');
  return { visits, isRight };
}

/** Figure 4: an address for each application; database and firewall go by it. */
async function applyEgress({ cluster, context }: Testbed, say: Say): Promise<void> {
  say('', 'Figure 4: one Egress for each application', '');
  const intents = applications.map(intentOf);
  say(...indent(intents.map((intent) => bundled.manifest(intent)).join('---\n')));
  for (const intent of intents) await bundled.apply(intent, context);
  await cluster.database.setGrants(applications.map(({ login, address }) => ({ ...login, admit: [address] })));
}

async function withEgress({ cluster }: Testbed, scene: Scene, say: Say): Promise<Chapter> {
  const settledMs = await scene.settled(bundled.declared.settleMs);
  await cluster.firewall.setRules(rules(cluster.database.address), 'drop');
  const [{ mark }, logged] = await Promise.all([cluster.database.connections(), cluster.firewall.log()]);
  const visits = await scene.visitAll();
  const strangers = await Promise.all(
    applications.map((one) => scene.connect(firstPod(scene, one.namespace), otherThan(one))),
  );
  const dropped = await scene.connect(firstPod(scene, bystander), firstApplication());
  say('', ...visitTable(visits), '');
  const isSettled = settledMs !== null && visits.every(({ source, application }) => source === application.address);
  say(isSettled ? '  Every pod leaves as its application, from every node.' : '  NOT AS IN THE FIGURE.');

  const log = await scene.databaseLog(mark);
  say(
    '',
    'What the database logged: each application is admitted to its own database by its address, and to no other',
    '',
  );
  say(...databaseTable(log));
  const { entries } = await cluster.firewall.log(logged.mark);
  say(
    '',
    `What the firewall did: counted, logged and filtered by application (a pod of "${bystander}" tried, too)`,
    '',
  );
  say(...firewallTable(entries, await cluster.firewall.counters()));
  const isRight =
    isSettled &&
    strangers.every((outcome) => outcome === 'rejected') &&
    dropped === 'timeout' &&
    log.filter(({ outcome }) => outcome === 'rejected').length === applications.length &&
    applications.every(({ namespace, address }) =>
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

const rules = (destination: string): FirewallRule[] =>
  applications.map(({ namespace, address }) => ({ name: namespace, source: address, destination, action: 'accept' }));

function visitTable(visits: readonly Visit[]): string[] {
  return textTable(
    ['namespace', 'pod', 'node', 'pod IP', 'the database saw'],
    visits.map(({ pod: { facts }, source }) => [facts.namespace, facts.name, facts.node, facts.ip, source]),
  );
}

function databaseTable(log: readonly DatabaseConnection[]): string[] {
  const rows = log
    .toSorted((a, b) => `${a.database} ${a.source}`.localeCompare(`${b.database} ${b.source}`))
    .map(({ database, source, outcome }) => [database, source, ownerOf(source), outcome]);
  return textTable(['database', 'client', 'that is', 'outcome'], rows);
}

function firewallTable(
  entries: readonly FirewallLogEntry[],
  counters: Readonly<Record<string, { readonly packets: number }>>,
): string[] {
  return textTable(
    ['rule', 'action', 'new connections', 'last one logged'],
    [...applications.map(({ namespace }) => namespace), 'default'].map((rule) => {
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

const ownerOf = (source: string): string =>
  applications.find(({ address }) => address === source)?.namespace ?? 'nobody we know';
const otherThan = (one: Application): Application => applications.find((other) => other !== one) ?? one;
const indent = (text: string): string[] =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => `  ${line}`);

function firstApplication(): Application {
  const [first] = applications;
  if (first === undefined) throw new Error('the demo has no application');
  return first;
}

function firstPod(scene: Scene, namespace: string): CasePod {
  const [pod] = scene.podsOf(namespace);
  if (pod === undefined) throw new Error(`no pod of ${namespace} runs`);
  return pod;
}
