import type { Host } from '../../clusters/cluster.ts';
import type { Fault } from './fault.ts';
import { signalProcesses } from './processes.ts';

const hogName = 'egressproof-cpu-hog';

export const cpuHog: Fault = {
  does: 'twice as many loops as there are processors run on the node',
  isNot: 'no slow node among fast ones where nodes share a machine: there it is everybody who waits',
  hits: 'node',
  needs: ['nodeHosts'],
  begin: async ({ node }) => {
    const loop = `sh -c 'while :; do :; done' ${hogName} </dev/null >/dev/null 2>&1 &`;
    await node.run(['sh', '-c', `for i in $(seq $(( 2 * $(nproc) ))); do ${loop} done`]);
  },
  end: async ({ node }) => void (await signalProcesses(node, `^sh -c .*${hogName}`, 'KILL')),
};

const stepS = 3_600;

export const clockStep: Fault = {
  does: 'the clock of the node jumps an hour ahead',
  isNot: 'no change of the clock that measures intervals',
  hits: 'node',
  needs: ['nodeClock'],
  begin: ({ node }) => stepClock(node, stepS),
  end: ({ node }) => stepClock(node, -stepS),
};

async function stepClock(node: Host, seconds: number): Promise<void> {
  await node.run(['sh', '-c', `date --set=@$(( $(date +%s) + ${seconds} ))`]);
}

/** Where runtimes keep what does not outlive a boot; a file system of the node's own. */
const volatile = '/run';

export const diskFull: Fault = {
  does: `the node's own file system ${volatile} has not an octet free: sockets, locks and new containers find no space`,
  isNot: 'no full disk of images and logs: that one belongs to the machine, not to the node',
  hits: 'node',
  needs: ['nodeHosts', 'nodeFileSystems'],
  prepare: async ({ node }) => {
    const line = (await node.readFile('/proc/mounts')).split('\n').find((text) => text.split(' ')[1] === volatile);
    if (line === undefined) throw new Error(`${node.name} has no file system of its own at ${volatile}`);
    return { size: /[ ,]size=(\w+)/.exec(line)?.[1] ?? '50%' };
  },
  begin: async ({ node }) => {
    // In pages of what is used now: the smallest size that the kernel takes.
    const used = `$(df --output=used --block-size=1k ${volatile} | tail -n 1)`;
    await node.run(['sh', '-c', `mount -o remount,size=$(( ${used} ))k ${volatile}`]);
  },
  end: async ({ node }, { size = '50%' }) => {
    await node.run(['mount', '-o', `remount,size=${size}`, volatile]);
  },
};
