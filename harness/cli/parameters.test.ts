import { expect, test } from 'vitest';
import { parametersFrom, setFlags } from './parameters.ts';

const starts = { means: 'pods that start', default: 100, min: 10, max: 5_000 };
const cases = [{ id: 'LIF-03', parameters: { starts } }, { id: 'LIF-01' }];

test('numbers of cases, by id', () => {
  expect(parametersFrom(['lif-03.starts=1000'], cases)).toEqual({ 'LIF-03': { starts: 1000 } });
  expect(parametersFrom([], cases)).toEqual({});
  expect(setFlags('LIF-03', { starts: 1000 })).toEqual(['--set', 'LIF-03.starts=1000']);
  expect(setFlags('LIF-01')).toEqual([]);
});

test.each([
  { text: 'starts=5', want: 'must be ID.name=number' },
  { text: 'LIF-03.starts=many', want: 'must be ID.name=number' },
  { text: 'LIF-09.starts=50', want: 'the run has no case LIF-09' },
  { text: 'LIF-03.start=50', want: 'LIF-03 has no parameter start (did you mean starts?); it has starts' },
  { text: 'LIF-01.starts=50', want: 'LIF-01 has no parameter starts; it has none' },
  { text: 'LIF-03.starts=5', want: 'starts (pods that start) must be from 10 to 5000' },
])('$text is refused', ({ text, want }) => {
  expect(() => parametersFrom([text], cases)).toThrow(want);
});
