import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { AxeBuilder } from '@axe-core/playwright';
import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { buildRunResult } from '../model/build.ts';
import { sampleFacts, sampleFail, sampleFlow, samplePass, sampleSkip, sampleUnknown } from '../model/sample.ts';
import { writeHTML } from './write.ts';

/** As Debian and others name it. */
const names = ['chromium', 'chromium-browser', 'google-chrome'];
const browserPath = (process.env['PATH'] ?? '')
  .split(delimiter)
  .flatMap((folder) => names.map((name) => join(folder, name)))
  .find((path) => existsSync(path));

const flows = [
  sampleFlow,
  { ...sampleFlow, pod: 'b', node: 'node-2', count: 3 },
  { ...sampleFlow, pod: 'c', seen: '172.16.18.121', seenOwner: 'node-1', via: ['node-1'] },
  { ...sampleFlow, destination: 'pod lab/d 10.203.1.8', seen: null, via: [], outcome: 'timeout' },
];
const cases = [
  { ...samplePass, topology: 'egress', flows },
  { ...sampleFail, title: `${sampleFail.title}, ${'with a long name '.repeat(12)}` },
  sampleSkip,
  sampleUnknown,
];
const pages = [
  'index.html',
  `cases/${samplePass.id}.html`,
  `cases/${sampleFail.id}.html`,
  `cases/${sampleSkip.id}.html`,
];

describe('in a browser', () => {
  let browser: Browser | undefined;
  let folder: string | undefined;

  beforeEach(({ skip }) => skip(browserPath === undefined, `none of ${names.join(', ')} is installed`));

  beforeAll(async () => {
    if (browserPath === undefined) return;
    folder = await mkdtemp(join(tmpdir(), 'egressproof-html-'));
    const facts = sampleFacts(cases);
    const [cluster] = facts.clusters;
    if (cluster === undefined) throw new Error('the sample has no cluster');
    const nodes = [1, 2, 3].map((n) => ({
      name: `node-${n}`,
      address: `172.16.18.12${n}`,
      podCIDR: `10.203.${n}.0/24`,
    }));
    await writeHTML(folder, buildRunResult({ ...facts, clusters: [{ ...cluster, nodes }] }));
    // What it shows is ours alone; as root, as in most containers, its own sandbox is not to be had.
    browser = await chromium.launch({ executablePath: browserPath, args: ['--no-sandbox'] });
  });

  afterAll(async () => {
    await browser?.close();
    if (folder !== undefined) await rm(folder, { recursive: true, force: true });
  });

  /** A page, and what it complains of. Everything comes from its folder. */
  async function open(path: string, options?: BrowserContextOptions): Promise<{ page: Page; troubles: string[] }> {
    if (browser === undefined || folder === undefined) throw new Error('there is no browser');
    const context = await browser.newContext(options);
    const page = await context.newPage();
    const troubles: string[] = [];
    page.on('console', (message) => {
      if (message.type() === 'error') troubles.push(message.text());
    });
    page.on('request', (request) => {
      if (!request.url().startsWith('file:')) troubles.push(`asks for ${request.url()}`);
    });
    await page.goto(pathToFileURL(join(folder, path)).href);
    return { page, troubles };
  }

  const sizes = [390, 1440].flatMap((width) =>
    (['light', 'dark'] as const).map((colorScheme) => ({ width, colorScheme })),
  );
  const looks = sizes.flatMap((size) => pages.map((path) => ({ ...size, path })));

  test.each(looks)('$path, $width px, $colorScheme: accessible, complete, no wider than the screen', async (look) => {
    const { path, width, colorScheme } = look;
    const { page, troubles } = await open(path, { viewport: { width, height: 900 }, colorScheme });
    const { violations } = await new AxeBuilder({ page }).options({ preload: false }).analyze();
    const found = violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target.join(' ')).join(', ')}`);
    expect([...troubles, ...found]).toEqual([]);
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width);
    await page.context().close();
  });

  test('from the first page to a case and back, by keyboard alone', async () => {
    const { page } = await open('index.html');
    await page.keyboard.press('Tab');
    expect(await page.evaluate('document.activeElement.textContent')).toBe('Skip to the content');
    await page.locator(`a[href="cases/${sampleFail.id}.html"]`).first().focus();
    await page.keyboard.press('Enter');
    await page.waitForURL(/ID-02\.html$/);
    expect(await page.locator('h1').textContent()).toContain('ID-02');
    await page.getByRole('link', { name: 'All cases' }).focus();
    await page.keyboard.press('Enter');
    await page.waitForURL(/index\.html$/);
    await page.context().close();
  });

  test('the picture tells its ways to those who do not see it', async () => {
    const { page } = await open('index.html');
    const told = await page.locator('svg desc').first().textContent();
    expect(told).toContain('lab/b on node-2, over node-1, seen as 172.16.18.131: 3 by tcp');
    await page.context().close();
  });
});
