/** The outside of a cluster without the cluster: nodes, router, database, firewall. Prints its observations as JSON. */
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { netnsSockets } from '../../agent/linux/netns-sockets.ts';
import { privateRun } from '../../agent/linux/sandbox.fixture.ts';
import { egressTopology } from '../topologies.ts';
import { applyTopology } from './apply-topology.ts';
import { startFirewall } from './firewall.ts';
import { netnsPath } from './paths.ts';
import { database as databaseNamespace, planTopology, router, routerInterfaces, witness } from './plan-topology.ts';
import { startPostgres } from './postgres.ts';

const [dir = ''] = process.argv.slice(2);
const topology = egressTopology();
const { outside } = topology;
await privateRun();
mkdirSync('/run/boot');
mkdirSync(join(dir, 'cache'), { recursive: true });
await applyTopology(planTopology(topology), '/run/boot');
const seen: Record<string, unknown> = {};

let overruns = 0;
const firewall = await startFirewall({ netns: netnsPath(router), ...routerInterfaces, onOverrun: () => overruns++ });
await netnsSockets(netnsPath(witness)).listenTcp({ port: 8080 }, (socket) => socket.end('hello'));
const reaches = async (node: string): Promise<boolean> => {
  const socket = netnsSockets(netnsPath(node)).connectTcp({ host: outside.witness, port: 8080 });
  socket.resume();
  const timer = setTimeout(() => socket.destroy(new Error('nothing came')), 300);
  return once(socket, 'end')
    .then(
      () => true,
      () => false,
    )
    .finally(() => clearTimeout(timer));
};
seen['open'] = [await reaches('node-1'), await reaches('node-2')];
await firewall.setRules(
  [
    { name: 'lab', source: '172.16.18.121', port: 8080, action: 'accept' },
    { name: 'yelb-app', source: '172.16.18.122/32', destination: outside.witness, action: 'drop' },
  ],
  'drop',
);
seen['filtered'] = [await reaches('node-1'), await reaches('node-2'), await reaches('node-3')];
while ((await firewall.log()).entries.length < 5 && overruns === 0) await delay(5);
seen['log'] = [
  ...new Set(
    (await firewall.log()).entries.map(
      (entry) => `${entry.action} ${entry.rule} ${entry.source}>${entry.destination}:${entry.port}`,
    ),
  ),
];
seen['counted'] = Object.entries(await firewall.counters()).map(([name, { packets }]) => [name, packets > 0]);
seen['badRule'] = await firewall
  .setRules([{ name: 'a b', source: '1.2.3.4', action: 'drop' }], 'drop')
  .catch((error: Error) => error.message);
await firewall.setRules([], 'accept');

const options = {
  cacheDir: join(dir, 'cache'),
  netns: netnsPath(databaseNamespace),
  addresses: [outside.database, outside.database6 ?? ''],
  log: join(dir, 'log'),
  socketDir: '/run/postgres',
};
const database = await startPostgres({ ...options, dir: join(dir, 'data') });
await database.setGrants([
  { database: 'lab', password: "la'b", admit: ['172.16.18.121'] },
  { database: 'yelb-app', password: 'yelb', admit: ['172.16.18.122', '172.16.18.123/32'] },
]);
const ask = async (node: string, name: string, password: string): Promise<string> => {
  const sockets = netnsSockets(netnsPath(node));
  const stream = () => {
    const socket = sockets.connectTcp({ host: outside.database, port: database.port });
    // pg connects the stream it is given; this one is on its way already.
    return Object.assign(socket, { connect: () => socket });
  };
  const client = new pg.Client({
    host: outside.database,
    port: database.port,
    user: name,
    database: name,
    password,
    stream,
  });
  try {
    await client.connect();
    return (await client.query<{ source: string }>('select host(inet_client_addr()) as source')).rows[0]?.source ?? '';
  } catch (error) {
    return (error as { code?: string }).code ?? (error as Error).message;
  } finally {
    await client.end().catch(() => {});
  }
};
seen['admitted'] = [await ask('node-1', 'lab', "la'b"), await ask('node-3', 'yelb-app', 'yelb')];
seen['rejected'] = [await ask('node-2', 'lab', "la'b"), await ask('node-1', 'yelb-app', 'yelb')];
seen['wrongPassword'] = await ask('node-1', 'lab', 'no');
const first = await database.connections();
seen['databaseLog'] = first.entries.map((entry) => `${entry.outcome} ${entry.database} ${entry.source}`);
await database.setGrants([{ database: 'lab', password: 'new', admit: ['172.16.18.122'] }]);
seen['moved'] = [await ask('node-1', 'lab', 'new'), await ask('node-2', 'lab', 'new')];
seen['sinceMark'] = (await database.connections(first.mark)).entries.length;
seen['badName'] = await database
  .setGrants([{ database: 'DROP;', password: '', admit: [] }])
  .catch((error: Error) => error.message);
seen['overruns'] = overruns;
process.stdout.write(JSON.stringify(seen));
process.exit();
