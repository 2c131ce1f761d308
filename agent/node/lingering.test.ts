import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Lingering } from './lingering.ts';

const named = (name: string, uid = 'first') => ({ metadata: { name, uid } });
const names = (items: readonly { metadata: { name: string; uid: string } }[]): string[] =>
  items.map(({ metadata }) => `${metadata.name} ${metadata.uid}`);

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test('what was deleted is there for a moment longer, and its end is told', () => {
  const over = vi.fn<() => void>();
  using lingering = new Lingering<ReturnType<typeof named>>(200, over);
  lingering.deleted(named('a'));
  vi.advanceTimersByTime(199);
  expect(names(lingering.with(new Map([['b', named('b')]])))).toEqual(['b first', 'a first']);
  vi.advanceTimersByTime(1);
  expect(names(lingering.with(new Map()))).toEqual([]);
  expect(over).toHaveBeenCalledOnce();
});

test('a successor takes its place at once', () => {
  using lingering = new Lingering<ReturnType<typeof named>>(200, () => undefined);
  lingering.deleted(named('a'));
  expect(names(lingering.with(new Map([['a', named('a', 'second')]])))).toEqual(['a second']);
});

test('a second deletion begins anew', () => {
  using lingering = new Lingering<ReturnType<typeof named>>(200, () => undefined);
  lingering.deleted(named('a'));
  vi.advanceTimersByTime(150);
  lingering.deleted(named('a', 'second'));
  vi.advanceTimersByTime(150);
  expect(names(lingering.with(new Map()))).toEqual(['a second']);
});
