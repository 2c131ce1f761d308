import { writeFileSync } from 'node:fs';
import { loadCases } from '../harness/runner/load-cases.ts';
import { cataloguePage } from './catalogue-page.ts';
import { catalogue } from './catalogue.ts';

// Writes the page for readers; catalogue.test.ts fails when it is stale.
writeFileSync(new URL('CATALOGUE.md', import.meta.url), cataloguePage(catalogue, await loadCases()));
