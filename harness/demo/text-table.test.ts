import { expect, test } from 'vitest';
import { textTable } from './text-table.ts';

test('columns are as wide as their widest cell', () => {
  expect(
    textTable(
      ['a', 'long head'],
      [
        ['wide cell', '1'],
        ['b', ''],
      ],
    ),
  ).toEqual(['  a          long head', '  ---------  ---------', '  wide cell  1', '  b']);
});
