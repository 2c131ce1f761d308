import { expect, test } from 'vitest';
import { buildRunResult } from '../model/build.ts';
import { sampleFacts, sampleFail, samplePass, sampleSkip } from '../model/sample.ts';
import { renderCasePage } from './case-page.ts';
import { renderIndexPage } from './index-page.ts';

const evil = '<img src=x onerror=alert(1)>"\'&';
const facts = sampleFacts([samplePass, { ...sampleFail, title: evil }, sampleSkip]);

test('what came from elsewhere is no markup', () => {
  const result = buildRunResult(facts);
  const pages = [renderIndexPage(result), ...result.cases.map((one) => renderCasePage(result, one))];
  for (const page of pages) expect(page).not.toContain('<img');
  expect(pages.join('')).toContain('&lt;img src=x onerror=alert(1)&gt;&quot;&#39;&amp;');
});

test('every case has a link to its page, and a word for its outcome where it did not pass', () => {
  const page = renderIndexPage(buildRunResult(facts));
  for (const { id } of facts.cases) expect(page).toContain(`href="cases/${id}.html"`);
  expect(page).toContain('ID-02: failed');
  expect(page).toContain('ID-10: skipped');
});

test('the page of a case says what was seen instead, and how to repeat it', () => {
  const result = buildRunResult(facts);
  const failed = result.cases.find(({ id }) => id === sampleFail.id)!;
  const page = renderCasePage(result, failed);
  expect(page).toContain('source 172.16.18.121 (node-1), expected 172.16.18.131');
  expect(page).toContain(failed.repeat);
});
