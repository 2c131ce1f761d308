import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Lingering } from './lingering.ts';

const named = (name: string, uid = 'first', address = name) => ({ metadata: { name, uid }, address });
type Named = ReturnType<typeof named>;
const clash = (one: Named, other: Named): boolean => one.address === other.address;
const none = new Map<string, Named>();
const names = (items: readonly { metadata: { name: string; uid: string } }[]): string[] =>
  items.map(({ metadata }) => `${metadata.name} ${metadata.uid}`);

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test('what was deleted is there for a moment longer, and its end is told', () => {
  const over = vi.fn<() => void>();
  using lingering = new Lingering<Named>(200, over, clash);
  lingering.deleted(named('a'), none);
  vi.advanceTimersByTime(199);
  expect(names(lingering.with(new Map([['b', named('b')]])))).toEqual(['b first', 'a first']);
  vi.advanceTimersByTime(1);
  expect(names(lingering.with(new Map()))).toEqual([]);
  expect(over).toHaveBeenCalledOnce();
});

test('a successor takes its place at once', () => {
  using lingering = new Lingering<Named>(200, () => undefined, clash);
  lingering.deleted(named('a'), none);
  expect(names(lingering.with(new Map([['a', named('a', 'second')]])))).toEqual(['a second']);
});

test('a second deletion begins anew', () => {
  using lingering = new Lingering<Named>(200, () => undefined, clash);
  lingering.deleted(named('a'), none);
  vi.advanceTimersByTime(150);
  lingering.deleted(named('a', 'second'), none);
  vi.advanceTimersByTime(150);
  expect(names(lingering.with(new Map()))).toEqual(['a second']);
});

test('it ends at once when another one is given its address', () => {
  using lingering = new Lingering<Named>(200, () => undefined, clash);
  lingering.deleted(named('a', 'first', 'x'), none);
  expect(names(lingering.with(new Map([['b', named('b', 'first', 'x')]])))).toEqual(['b first']);
});

test('one that shared its address does not end it', () => {
  using lingering = new Lingering<Named>(200, () => undefined, clash);
  const others = new Map([['b', named('b', 'first', 'x')]]);
  lingering.deleted(named('a', 'first', 'x'), others);
  expect(names(lingering.with(others))).toEqual(['b first', 'a first']);
});
