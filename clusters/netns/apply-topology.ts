import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from '../../agent/linux/exec.ts';
import { ipBatch } from '../../agent/linux/ip.ts';
import { netnsPath } from './paths.ts';
import type { NamespacePlan, TopologyPlan } from './plan-topology.ts';

export async function applyTopology(plan: TopologyPlan, bootDir: string): Promise<void> {
  await ipBatch(plan.switches);
  await Promise.all(plan.namespaces.map((namespace) => bootNamespace(namespace, bootDir)));
}

/** Configures one namespace with a single process, which runs `ip` and `nft` once each. */
export async function bootNamespace(plan: NamespacePlan, bootDir: string): Promise<void> {
  const ip = join(bootDir, `${plan.namespace}.ip`);
  const nft = join(bootDir, `${plan.namespace}.nft`);
  await Promise.all([writeFile(ip, `${plan.ip.join('\n')}\n`), writeFile(nft, plan.nft)]);
  const script = [
    ...(plan.sysctls.length > 0 ? [`sysctl -q -w ${plan.sysctls.join(' ')}`] : []),
    'ip -batch "$1"',
    ...(plan.nft === '' ? [] : ['nft -f "$2"']),
  ].join(' && ');
  await run(['sh', '-c', script, 'boot', ip, nft], { netns: netnsPath(plan.namespace) });
}
