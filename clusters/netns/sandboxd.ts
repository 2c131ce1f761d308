/**
 * The first program of a sandbox: makes the topology, runs what a cluster consists of and serves the control socket.
 * Its end is the sandbox's end, and with that of every process and namespace in it.
 */
import { createWriteStream, mkdirSync, writeSync } from 'node:fs';
import { copyFile, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { connectKube } from '../../agent/kube/client.ts';
import { run } from '../../agent/linux/exec.ts';
import { enterNetns } from '../../agent/linux/netns.ts';
import { perFamily } from '../families.ts';
import { startApiServer } from './api-process.ts';
import { applyTopology } from './apply-topology.ts';
import { readConfig } from './config.ts';
import { serveControl } from './control-server.ts';
import { Faults } from './faults.ts';
import { startFirewall } from './firewall.ts';
import { handlersOf } from './handlers.ts';
import { ControlPlane } from './kubelet/control-plane.ts';
import { serveKubelet } from './kubelet/http-server.ts';
import { clusterPaths, netnsPath } from './paths.ts';
import {
  controlPlane as controlPlaneNamespace,
  database as databaseNamespace,
  planTopology,
  router,
  routerInterfaces,
  switches,
} from './plan-topology.ts';
import { startPostgres } from './postgres.ts';

/** Lines to the caller's side while it waits for `up`: {"step": ...}, then {"ready": true} or {"failed": ...}. */
const REPORT_FD = 4;

const { values } = parseArgs({ options: { dir: { type: 'string' }, lifeline: { type: 'boolean' } } });
const paths = clusterPaths(values.dir ?? '');
const log = openLog(join(paths.logs, 'sandbox.log'));
const report = (message: object): void => {
  try {
    writeSync(REPORT_FD, `${JSON.stringify(message)}\n`);
  } catch {
    // The caller went away; whether that ends the sandbox is the lifeline's business.
  }
};

process.on('uncaughtException', fail);
process.on('unhandledRejection', fail);
if (values.lifeline === true)
  process.stdin
    .on('end', () => process.exit(0))
    .on('error', () => process.exit(0))
    .resume();

try {
  await bringUp();
  report({ ready: true });
} catch (error) {
  fail(error);
}

async function bringUp(): Promise<void> {
  const config = await readConfig(paths);
  const { topology } = config;
  const families = perFamily(topology);
  report({ step: `network: ${topology.nodes.length} nodes, router, outside` });
  // A /run of the sandbox's own, so that its namespaces have names nobody else sees; and shared memory that goes with it.
  await run(['mount', '-t', 'tmpfs', '-o', 'mode=755', 'none', '/run']);
  await run(['mount', '-t', 'tmpfs', 'none', '/dev/shm']);
  mkdirSync('/run/netns');
  await run(['ip', 'netns', 'attach', switches, String(process.pid)]);
  await Promise.all([paths.boot, paths.pods].map((dir) => mkdir(dir, { recursive: true })));
  await applyTopology(planTopology(topology), paths.boot);

  report({ step: 'API server, database, firewall' });
  const databaseStarts = startPostgres({
    dir: paths.database,
    cacheDir: config.cacheDir,
    netns: netnsPath(databaseNamespace),
    addresses: families.map(({ outside }) => outside.database),
    log: join(paths.logs, 'postgres.log'),
    socketDir: '/run/postgres',
  });
  const firewallStarts = startFirewall({
    netns: netnsPath(router),
    ...routerInterfaces,
    onOverrun: () => log('the firewall log lost entries: packets came faster than they were read'),
  });
  // Both are awaited below; the API server may fail first.
  for (const one of [databaseStarts, firewallStarts]) one.catch(() => {});
  const api = await startApiServer(config, paths);
  api.once('exit', (code) => fail(new Error(`the API server ended with exit code ${code}`)));
  await copyFile(join(paths.apiserver, 'kubeconfig'), paths.kubeconfig);
  await copyFile(join(paths.apiserver, 'kubeconfig-internal'), paths.insideKubeconfig);

  report({ step: 'nodes, scheduler, services, DNS' });
  // The namespace of the switches has no address; from here on this process lives on the control plane.
  enterNetns(netnsPath(controlPlaneNamespace));
  const kube = await connectKube({ kubeconfig: paths.insideKubeconfig });
  const version = JSON.parse(await kube.raw('/version')) as { gitVersion: string };
  const control = new ControlPlane(
    { kube, config, paths, kubeletVersion: version.gitVersion, log },
    {
      'database.example.test': families.map(({ outside }) => outside.database),
      'witness.example.test': families.map(({ outside }) => outside.witness),
    },
  );
  await serveKubelet(paths.kubelet, (namespace, name) => {
    for (const kubelet of control.kubelets.values()) {
      const worker = kubelet.find(namespace, name);
      if (worker) return worker;
    }
    return null;
  });
  await control.start(controlPlaneNamespace, topology.nodeLan.controlPlane);
  const [database, firewall] = await Promise.all([databaseStarts, firewallStarts]);
  void database.ended.then(fail);
  const faults = new Faults(config, paths, control);
  await serveControl(paths.control, handlersOf({ config, paths, log, database, firewall, faults, control, api }));
}

function fail(error: unknown): never {
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  log(text);
  report({ failed: error instanceof Error ? error.message : text });
  process.exit(70);
}

function openLog(path: string): (line: string) => void {
  mkdirSync(paths.logs, { recursive: true });
  const stream = createWriteStream(path, { flags: 'a' });
  stream.on('error', () => {}); // a full disk must not end the cluster
  return (line) => void stream.write(`${new Date().toISOString()} ${line}\n`);
}
