import type { Judged } from './outage.ts';
import type { ProbeClass } from './probe-class.ts';

const marks: Readonly<Record<ProbeClass, string>> = {
  ok: '·',
  wrongEgressIP: 'W',
  leakNodeIP: 'N',
  leakPodIP: 'P',
  timeout: 'x',
  refused: 'r',
  reset: 'R',
  unreachable: 'u',
  probeError: '?',
};
/** What is shown of several probes in one column: the worst. */
const order = [
  'leakPodIP',
  'leakNodeIP',
  'wrongEgressIP',
  'reset',
  'refused',
  'unreachable',
  'timeout',
  'ok',
  'probeError',
] as const satisfies readonly ProbeClass[];

export interface Track {
  readonly label: string;
  readonly probes: readonly Judged[];
}

/**
 * A line for each track, a column for each stretch of time, the worst probe of it shown; below, when the fault was there.
 * Times: CLOCK_MONOTONIC, microseconds.
 */
export function renderTimeline(
  tracks: readonly Track[],
  fault: { readonly fromUs: number; readonly toUs: number },
  columns = 100,
): string[] {
  const times = tracks.flatMap(({ probes }) => probes.map(({ plannedUs }) => plannedUs));
  const [from, to] = [Math.min(...times), Math.max(...times)];
  if (!Number.isFinite(from)) return [];
  const step = Math.max(1, (to - from) / columns);
  const columnOf = (atUs: number): number => Math.min(columns - 1, Math.floor((atUs - from) / step));
  const width = Math.max(...tracks.map(({ label }) => label.length), 'fault'.length);
  const lines = tracks.map(({ label, probes }) => {
    const cells = Map.groupBy(probes, ({ plannedUs }) => columnOf(plannedUs));
    const text = Array.from({ length: columns }, (_, column) => {
      const classes = new Set((cells.get(column) ?? []).map((probe) => probe.class));
      const worst = order.find((one) => classes.has(one));
      return worst === undefined ? ' ' : marks[worst];
    });
    return `${label.padEnd(width)}  ${text.join('')}`;
  });
  const shade = Array.from({ length: columns }, (_, column) => {
    const [start, end] = [from + column * step, from + (column + 1) * step];
    return end > fault.fromUs && start < fault.toUs ? '▒' : ' ';
  });
  return [
    ...lines,
    `${'fault'.padEnd(width)}  ${shade.join('')}`,
    `${''.padEnd(width)}  one column: ${Math.round(step / 1000)} ms; · right source, x no answer, R reset, r refused, u unreachable, N node's address, P pod's address, W another Egress IP`,
  ];
}
