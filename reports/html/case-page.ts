import type { CaseResult, ClusterFacts, RunResult } from '../model/run-result.ts';
import { describeDuration } from '../text/duration.ts';
import { describeViolation } from '../text/violation.ts';
import { renderDocument, renderTable } from './document.ts';
import { html, type Markup } from './markup.ts';
import { outcomes } from './outcomes.ts';
import { planPicture } from './picture-plan.ts';
import { renderPicture } from './picture.ts';

/** Rows of a table; the whole is in report.json. */
const shownFlows = 400;

/** The page of one case: what it checked, what it saw, and the way that its connections took. */
export function renderCasePage(result: RunResult, one: CaseResult): string {
  const { tone, word } = outcomes[one.outcome];
  return renderDocument({
    title: `${one.id} ${word}: ${one.title}`,
    root: '../',
    header: html`<p><a href="../index.html">All cases</a></p>
      <h1>${one.id}: ${one.title}</h1>
      <p class="verdict ${tone}">${word}</p>
      <p class="muted-text">
        ${one.level}; ${one.features.join(', ')}; ${describeDuration(one.durationMs)}, started ${one.startedAt}
      </p>
      ${one.reason === undefined ? undefined : html`<p>${one.reason}</p>`}`,
    main: html`${renderChecks(one)} ${renderWays(result, one)}
      <h2>Repeat it</h2>
      <pre><code>${one.repeat}</code></pre>
      ${
        one.evidence === undefined
          ? undefined
          : html`<p>Recorded: <a href="../../${one.evidence}/">${one.evidence}</a></p>`
      }`,
    footer: html`${result.implementation.name} ${result.implementation.version}, run ${result.run.id}`,
  });
}

function renderChecks({ checks }: CaseResult): Markup {
  if (checks.length === 0) return html``;
  return html`<h2>Checks</h2>
    ${renderTable(
      'What was checked, in its order',
      ['outcome', 'check', 'what was seen', 'measured'],
      checks.map(({ name, outcome, message, measured = {} }) => [
        outcomes[outcome].word,
        name,
        message,
        Object.entries(measured)
          .map(([key, value]) => `${key} ${Math.round(value * 1_000) / 1_000}`)
          .join(', '),
      ]),
    )}
    ${checks
      .filter(({ violations }) => violations.length > 0)
      .map(
        ({ name, violations }) =>
          html`<h3>Seen otherwise: ${name}</h3>
            <ul>
              ${violations.map((violation) => html`<li>${describeViolation(violation)}</li>`)}
            </ul>`,
      )}`;
}

function renderWays({ clusters }: RunResult, one: CaseResult): Markup {
  const { id, flows = [] } = one;
  if (flows.length === 0) return html``;
  const picture = pictureOf(one, clusters);
  return html`<h2>The connections as they went</h2>
    ${
      picture === undefined
        ? undefined
        : html`<p class="muted-text">
              Dashed: over the overlay to the egress node. The node that sent a connection out is told by the hardware
              address on the wire, the source by whoever was called.
            </p>
            ${picture}`
    }
    <details>
      <summary>All ${flows.length} ways in a table</summary>
      ${renderTable(
        flows.length > shownFlows ? `The first ${shownFlows} of ${flows.length}` : 'Each way that connections took',
        ['pod', 'on', 'to', 'by', 'source seen', 'sent out by', 'ended', 'connections', 'first, ms', 'last, ms'],
        flows
          .slice(0, shownFlows)
          .map((flow) => [
            `${shortNamespace(id, flow.namespace)}/${flow.pod}`,
            flow.node,
            flow.destination,
            flow.protocol,
            flow.seen === null ? 'none' : `${flow.seen}${flow.seenOwner === undefined ? '' : ` (${flow.seenOwner})`}`,
            flow.via.join(', '),
            flow.outcome,
            flow.count,
            Math.round(flow.firstAtMs),
            Math.round(flow.lastAtMs),
          ]),
      )}
    </details>`;
}

/** Undefined where none of the connections left the cluster. */
export function pictureOf(
  { id, title, topology, flows = [] }: CaseResult,
  clusters: readonly ClusterFacts[],
): Markup | undefined {
  const cluster = clusters.find((one) => one.topology === topology);
  if (cluster === undefined) return undefined;
  const plan = planPicture(flows, cluster, (namespace) => shortNamespace(id, namespace));
  return plan === null ? undefined : renderPicture(plan, title, `picture-${id.toLowerCase()}`);
}

/** Without what makes it unique on the cluster: `shop` of `id-02-6fc7-shop`. */
function shortNamespace(id: string, namespace: string): string {
  const prefix = `${id.toLowerCase()}-`;
  return namespace.startsWith(prefix) ? namespace.slice(prefix.length).replace(/^[^-]+-/, '') : namespace;
}
