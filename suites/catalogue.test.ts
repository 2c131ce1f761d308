import { basename } from 'node:path';
import { describe, expect, test } from 'vitest';
import { defects } from '../harness/defects/names.ts';
import { loadCases } from '../harness/runner/load-cases.ts';

const cases = await loadCases();

test('no id is given twice', () => {
  const ids = cases.map(({ definition }) => definition.id);
  expect(ids).toEqual([...new Set(ids)]);
});

test('each seeded defect is found by at least one case', () => {
  const found = new Set<string>(cases.flatMap(({ definition }) => definition.catches));
  expect(Object.keys(defects).filter((name) => !found.has(name))).toEqual([]);
});

describe.each(cases.map(({ definition, file }) => ({ id: definition.id, file, definition })))('$id', (one) => {
  test('its file begins with its id', () => {
    expect(basename(one.file)).toMatch(new RegExp(`^${one.id.toLowerCase()}-[a-z0-9-]+\\.case\\.ts$`));
  });

  test('says why it is there', () => {
    expect(one.definition.why.length).toBeGreaterThan(20);
  });
});
