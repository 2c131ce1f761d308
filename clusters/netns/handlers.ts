import type { ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { run } from '../../agent/linux/exec.ts';
import type { Database, Firewall } from '../cluster.ts';
import type { ClusterConfig } from './config.ts';
import type { SandboxStatus } from './control-protocol.ts';
import type { ControlHandlers } from './control-server.ts';
import type { Faults } from './faults.ts';
import type { ControlPlane } from './kubelet/control-plane.ts';
import { netnsPath } from './paths.ts';
import type { ClusterPaths } from './paths.ts';
import { startProgram } from './programs.ts';

export interface Sandbox {
  readonly config: ClusterConfig;
  readonly paths: ClusterPaths;
  readonly log: (line: string) => void;
  readonly database: Database & { readonly pid: number };
  readonly firewall: Firewall;
  readonly faults: Faults;
  readonly control: ControlPlane;
  readonly api: ChildProcess;
}

/** What a caller can have done in the sandbox. */
export function handlersOf(sandbox: Sandbox): ControlHandlers {
  const { config, control, database, firewall, faults, log } = sandbox;
  return {
    status: () => statusOf(sandbox),
    run: (host, argv, options) => run(argv, { ...options, netns: netnsPath(host) }),
    start: (host, program, args, env) => {
      const module = config.programs[program];
      if (module === undefined)
        throw new Error(
          `there is no program "${program}"; this cluster was given ${Object.keys(config.programs).join(', ')}`,
        );
      return startProgram(host, module, args, env, (line) => log(`${host} ${program}: ${line}`));
    },
    fault: (kind, node) => faults.inject(kind, node),
    heal: (kind, node) => faults.heal(kind, node),
    nextPodAddress: (node, address) => {
      const kubelet = control.kubelets.get(node);
      if (kubelet === undefined) throw new Error(`there is no node ${node}`);
      return kubelet.nextPodAddress(address);
    },
    setGrants: (grants) => database.setGrants(grants),
    connections: (since) => database.connections(since),
    databaseInfo: () => ({ version: database.version, port: database.port }),
    setRules: (rules, defaultAction) => firewall.setRules(rules, defaultAction),
    counters: () => firewall.counters(),
    firewallLog: (since) => firewall.log(since),
    // The answer goes out before the sandbox ends.
    down: () => void setTimeout(() => process.exit(0), 20),
  };
}

function statusOf({ control, api, database }: Sandbox): SandboxStatus {
  const named = [
    { name: 'sandbox', pid: process.pid },
    { name: 'apiserver', pid: api.pid ?? 0 },
    { name: 'database', pid: database.pid },
    ...[...control.kubelets.values()].flatMap((kubelet) => kubelet.pids()),
  ];
  return { processes: named.map((one) => ({ ...one, rssBytes: residentBytes(one.pid) })) };
}

/** Resident memory from /proc/PID/statm, in bytes; 0 when the process is gone. */
function residentBytes(pid: number): number {
  try {
    return Number(readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ')[1]) * 4096;
  } catch {
    return 0;
  }
}
