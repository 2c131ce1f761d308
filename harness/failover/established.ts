import type { Sample } from '../history/events.ts';

/** What became of a connection that was open when the fault struck. */
export interface Established {
  readonly fate: 'survived' | 'reset' | 'stalled';
  /** The longest time without an answer, beyond its rhythm; milliseconds. */
  readonly stallMs: number;
  /** Whether every answer came from the one source. */
  readonly sourceStable: boolean;
}

/**
 * From the questions that were asked over one connection, `intervalMs` apart. An answer that comes late is one that TCP has
 * repeated: the connection lives. `endUs`: when the last question was to have been answered.
 */
export function establishedOf(asked: readonly Sample[], intervalMs: number, endUs: number): Established {
  const answered = asked.filter(({ outcome }) => outcome === 'ok').toSorted((a, b) => a.doneUs - b.doneUs);
  const broken = asked.some(({ outcome }) => ['reset', 'refused', 'unreachable'].includes(outcome));
  const times = [...answered.map(({ doneUs }) => doneUs), endUs];
  const gaps = times.slice(1).map((at, index) => (at - (times[index] ?? at)) / 1000);
  const stallMs = Math.max(0, ...gaps.map((gap) => gap - intervalMs));
  const lastAnswerUs = answered.at(-1)?.doneUs ?? 0;
  const isSilent = (endUs - lastAnswerUs) / 1000 > Math.max(1_000, 5 * intervalMs);
  const sources = new Set(answered.map(({ seen }) => `${seen?.address} ${seen?.port}`));
  return { fate: broken ? 'reset' : isSilent ? 'stalled' : 'survived', stallMs, sourceStable: sources.size <= 1 };
}
