import type { CaseResult, RunResult } from '../model/run-result.ts';
import { describeDuration } from '../text/duration.ts';
import { describeFailure } from '../text/failure.ts';
import { measuredTable } from '../text/measured.ts';
import { verdictSentences } from '../text/verdict.ts';
import { pictureOf } from './case-page.ts';
import { renderDocument, renderTable } from './document.ts';
import { html, type Markup } from './markup.ts';
import { featureTones, outcomes, verdictTones } from './outcomes.ts';

/** The case whose picture says most about what Egress is: the article's figure 4, else the first that has one. */
const figure = 'FIG-04';

/** The first page: the verdict, what failed, the picture, every case and feature, what was measured and declared. */
export function renderIndexPage(result: RunResult): string {
  const { run, implementation, statistics, limitations } = result;
  const name = `${implementation.name} ${implementation.version}`;
  return renderDocument({
    title: `${name}: ${result.result}`,
    root: '',
    header: html`<h1>Which source addresses leave the cluster with ${name}</h1>
      <p class="muted-text">
        ${run.provider}, ${run.topology}; ${run.startedAt}, ${describeDuration(run.durationMs)}; suite
        ${result.suite.name} ${result.suite.version}
      </p>
      <p class="verdict ${verdictTones[result.result]}">${verdictSentences[result.result]}</p>
      ${run.setUpFailure === undefined ? undefined : html`<p>The testbed failed: ${run.setUpFailure}</p>`}
      <ul class="numbers">
        <li><b>${statistics.passed}</b> passed</li>
        <li><b>${statistics.failed}</b> failed</li>
        <li><b>${statistics.unknown + statistics.error}</b> no verdict</li>
        <li><b>${statistics.skipped}</b> skipped</li>
      </ul>`,
    main: html`${renderFailures(result.cases)} ${renderFigure(result)} ${renderMatrix(result.cases)}
    ${renderFeatures(result)} ${renderMeasured(result.cases)} ${renderDeclared(result)} ${renderRun(result)}`,
    footer: html`${limitations.map((limitation) => html`<p>Limitation: ${limitation}.</p>`)}
      <p>Everything here is made from <a href="../report.json">report.json</a>, run ${run.id}.</p>`,
  });
}

const pageOf = (id: string): string => `cases/${id}.html`;

function renderFailures(cases: readonly CaseResult[]): Markup {
  const open = cases.filter(({ outcome }) => outcome !== 'pass' && outcome !== 'skip');
  if (open.length === 0) return html``;
  return html`<h2>What did not pass</h2>
    ${open.map(
      (one) =>
        html`<section class="card">
          <h3><a href="${pageOf(one.id)}">${one.id}</a>: ${one.title}</h3>
          <p class="verdict ${outcomes[one.outcome].tone}">${outcomes[one.outcome].word}</p>
          <pre tabindex="0"><code>${describeFailure(one).join('\n')}</code></pre>
          <p>Repeat: <code>${one.repeat}</code></p>
        </section>`,
    )}`;
}

function renderFigure({ cases, clusters }: RunResult): Markup {
  const candidates = [...cases.filter(({ id }) => id === figure), ...cases];
  for (const one of candidates) {
    const { id, title } = one;
    const picture = pictureOf(one, clusters);
    if (picture === undefined) continue;
    return html`<h2>How it really went</h2>
      <p class="muted-text">
        ${id}: ${title}. Every line is a pod's connections, drawn from what the wire outside and those who were called
        have seen. <a href="${pageOf(id)}">More</a>
      </p>
      ${picture}`;
  }
  return html``;
}

function renderMatrix(cases: readonly CaseResult[]): Markup {
  const groups = Map.groupBy(cases, ({ id }) => id.replace(/-\d+$/, ''));
  return html`<h2>Cases</h2>
    <div class="matrix">
      ${[...groups].map(
        ([group, members]) =>
          html`<section aria-label="${group}">
            <h3>
              ${group}
              <span class="muted-text"
                >${members.filter(({ outcome }) => outcome === 'pass').length} of ${members.length}</span
              >
            </h3>
            <ul>
              ${members.map(({ id, title, outcome }) => {
                const { tone, word } = outcomes[outcome];
                return html`<li>
                  <a class="${tone}" href="${pageOf(id)}" title="${title}"
                    >${id}${outcome === 'pass' ? '' : `: ${word}`}</a
                  >
                </li>`;
              })}
            </ul>
          </section>`,
      )}
    </div>`;
}

function renderFeatures({ features, run }: RunResult): Markup {
  const told = features.filter(
    ({ passed, failed, open, skipped }) => run.complete || passed + failed + open + skipped > 0,
  );
  if (told.length === 0) return html``;
  return html`<h2>Features</h2>
    ${renderTable(
      'A feature is proven by its cases; one that is not declared is never counted as proven',
      ['profile', 'feature', 'status', 'passed', 'failed', 'no verdict', 'skipped'],
      told.map(({ profile, name, status, passed, failed, open, skipped }) => [
        profile,
        name,
        html`<span class="${featureTones[status]}">${status}</span>`,
        passed,
        failed,
        open,
        skipped,
      ]),
    )}`;
}

function renderMeasured(cases: readonly CaseResult[]): Markup {
  const rows = measuredTable(cases);
  if (rows.length === 0) return html``;
  return html`<h2>Measured</h2>
    ${renderTable('By the checks, while they ran', ['what', 'values'], rows)}`;
}

function renderDeclared({ implementation: { declared } }: RunResult): Markup {
  const rows = Object.entries(declared).map(([key, value]) => [key, String(value)]);
  return html`<h2>Declared</h2>
    ${renderTable('What the implementation says it does where implementations differ; tested as declared', ['what', 'value'], rows)}`;
}

function renderRun({ run, environment }: RunResult): Markup {
  const rows = [
    ['command', `egressproof ${run.command.join(' ')}`],
    ['seed', String(run.seed)],
    ['kernel', environment.kernel],
    ['processors', String(environment.cpus)],
    ['memory', `${Math.round(environment.memoryBytes / 2 ** 30)} GiB`],
    ['Node.js', environment.nodeVersion],
    ...Object.entries(environment.provider).map(([key, value]) => [key, String(value)]),
  ];
  return html`<h2>The run</h2>
    ${renderTable('Where and how it was run', ['what', 'value'], rows)}`;
}
