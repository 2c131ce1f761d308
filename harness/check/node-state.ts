import { failed, passed, type CheckContext, type CheckResult } from './violations.ts';

/** Lines that tell of a node's rules, addresses, routes, links and kernel settings; their order says nothing. */
export type NodeState = readonly string[];

/**
 * From the output of commands on the node with that address. Without what kube-proxy keeps, in chains of its own, and
 * without the links of pods: they follow Services and pods, not the implementation.
 */
export function stateLines(output: string, nodeAddress: string): NodeState {
  let isProxy = false;
  const lines = output
    .split('\n')
    .map((line) => line.trim().replaceAll(/\s+/g, ' '))
    .filter((line) => {
      if (line.startsWith('chain ')) isProxy = line.startsWith('chain KUBE-');
      if (line === '}') isProxy = false;
      return !isProxy && line !== '' && line !== '}' && !line.includes('KUBE-');
    });
  const links = linksOfPods(lines, nodeAddress);
  return lines.filter((line) => !links.has(linkOf(line)));
}

/** Links whose other end is in another network namespace (`NAME@ifN`), but for the one with the node's own address. */
function linksOfPods(lines: readonly string[], nodeAddress: string): ReadonlySet<string> {
  const own = lines.filter((line) => line.includes(` ${nodeAddress}/`)).map(linkOf);
  return new Set(
    lines
      .filter((line) => /^\S+@if\d+ /.test(line))
      .map(linkOf)
      .filter((link) => !own.includes(link)),
  );
}

/** The link that a line of `ip -br link`, `ip -br addr` or `ip route` is about; otherwise its first word. */
function linkOf(line: string): string {
  return / dev (\S+)/.exec(line)?.[1] ?? /^[^\s@]*/.exec(line)?.[0] ?? '';
}

/** What is in one and not in the other, each line as often as it is there. */
export function without(state: NodeState, other: NodeState): string[] {
  const counts = new Map<string, number>();
  for (const line of other) counts.set(line, (counts.get(line) ?? 0) + 1);
  return state.filter((line) => {
    const left = counts.get(line) ?? 0;
    counts.set(line, left - 1);
    return left <= 0;
  });
}

/** Every node is as it was before, but for what others have added meanwhile. */
export function asBefore(
  nodes: readonly {
    readonly name: string;
    readonly before: NodeState;
    readonly others: NodeState;
    readonly now: NodeState;
  }[],
  context: CheckContext,
): CheckResult {
  const differences = nodes.flatMap(({ name, before, others, now }) => {
    const expected = [...before, ...others];
    return [
      ...without(now, expected).map((line) => `${name} still has: ${line}`),
      ...without(expected, now).map((line) => `${name} has lost: ${line}`),
    ];
  });
  if (differences.length > 0) {
    const shown = differences.slice(0, 10).join('; ');
    return failed(context.name, `${differences.length} lines differ: ${shown}`, []);
  }
  return passed(context.name, `${nodes.length} nodes, ${nodes.reduce((sum, { now }) => sum + now.length, 0)} lines`);
}
