import { expect, test } from 'vitest';
import { apiDefects } from './api-defects.ts';
import { layoutDefects } from './layout-defects.ts';
import { defects } from './names.ts';
import { outsideDefects } from './outside-defects.ts';
import { planDefects } from './plan-defects.ts';

test('each seeded defect is made, either within the programs or outside of them', () => {
  const inside = new Set([planDefects, layoutDefects, apiDefects].flatMap((made) => Object.keys(made)));
  const outside = Object.keys(outsideDefects);
  expect(Object.keys(defects).filter((name) => !inside.has(name) && !outside.includes(name))).toEqual([]);
  expect(outside.filter((name) => inside.has(name))).toEqual([]);
});
