import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { describe, expect, test } from 'vitest';
import { defects } from '../harness/defects/names.ts';
import { loadCases } from '../harness/runner/load-cases.ts';
import { cataloguePage } from './catalogue-page.ts';
import { catalogue } from './catalogue.ts';

const cases = await loadCases();

test('no id is given twice', () => {
  const ids = cases.map(({ definition }) => definition.id);
  expect(ids).toEqual([...new Set(ids)]);
});

test('CATALOGUE.md is fresh; else run: node suites/generate.ts', () => {
  const page = readFileSync(new URL('CATALOGUE.md', import.meta.url), 'utf8');
  expect(page).toBe(cataloguePage(catalogue, cases));
});

test('each case has its line in catalogue.ts', () => {
  const ids = new Set(catalogue.flatMap(({ entries }) => Object.keys(entries)));
  expect(cases.map(({ definition }) => definition.id).filter((id) => !ids.has(id))).toEqual([]);
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
