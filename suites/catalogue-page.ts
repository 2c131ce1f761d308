import { features } from '../harness/case/features.ts';
import { profileOf } from '../harness/case/where.ts';
import type { LoadedCase } from '../harness/runner/load-cases.ts';
import type { CatalogueGroup } from './catalogue.ts';

/** The catalogue as a page of Markdown: every id, with its case where there is one. It has no counts, so that two new cases do not meet in it. */
export function cataloguePage(catalogue: readonly CatalogueGroup[], cases: readonly LoadedCase[]): string {
  const byId = new Map(cases.map((one) => [one.definition.id, one]));
  const lines = [
    '# Catalogue of cases',
    '',
    'Made by `npm run generate` from the cases and from `catalogue.ts`: what Egress is asked, by id, and the case that asks it.',
    'Those without a case say so.',
    '',
    ...catalogue.map(({ title }) => `- [${title}](#${anchorOf(title)})`),
    '- [Features](#features)',
    '',
    ...catalogue.flatMap((group) => groupLines(group, byId)),
    '## Features',
    '',
    'Core features are asked of every implementation, extended ones of those that claim them. `egressproof list features`',
    'tells which cases would prove each, and which ones an implementation claims.',
    '',
    '| feature | profile | level | means |',
    '| --- | --- | --- | --- |',
    ...Object.entries(features).map(
      ([name, { level, profile, means }]) => `| \`${name}\` | ${profile} | ${level} | ${means} |`,
    ),
  ];
  return `${lines.join('\n')}\n`;
}

/** As GitHub makes them of headings. */
const anchorOf = (heading: string): string =>
  heading
    .toLowerCase()
    .replace(/[^a-z0-9 -]/g, '')
    .replaceAll(' ', '-');

function groupLines(
  { title, entries, out = {}, within = {} }: CatalogueGroup,
  byId: ReadonlyMap<string, LoadedCase>,
): string[] {
  return [
    `## ${title}`,
    '',
    ...Object.entries(entries).flatMap(([id, statement]) => {
      const found = byId.get(id);
      const [left, asked] = [out[id], within[id]];
      const reason = left === undefined ? 'No case yet.' : `Left out: ${left}`;
      const without = asked === undefined ? reason : `No case of its own: ${asked}`;
      return [`### ${id}: ${statement}`, '', ...(found === undefined ? [without] : caseLines(found)), ''];
    }),
  ];
}

function caseLines({ definition, file }: LoadedCase): string[] {
  const { title, why, level, features: wanted, catches, upstream = [], needs = [] } = definition;
  const code = (names: readonly string[]): string => names.map((name) => `\`${name}\``).join(', ');
  return [
    `[${title}](${file}). ${why}`,
    '',
    `- ${level}, ${profileOf(definition)}: ${code(wanted)}`,
    ...(catches.length === 0 ? [] : [`- catches ${code(catches)}`]),
    ...(needs.length === 0 ? [] : [`- needs ${code(needs)}`]),
    ...(upstream.length === 0 ? [] : [`- from ${upstream.map(linkOf).join(', ')}`]),
  ];
}

/** `OWNER/REPO#N`; GitHub leads from the issue to the pull request where it is one. */
function linkOf(reference: string): string {
  const [repository = '', number = ''] = reference.split('#');
  return `[${reference}](https://github.com/${repository}/issues/${number})`;
}
