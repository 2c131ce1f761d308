import { html, type Markup } from './markup.ts';
import type { PicturePlan, Way } from './picture-plan.ts';

/** The picture as SVG, with the ways told in words for those who do not see it. */
export function renderPicture(plan: PicturePlan, title: string, id: string): Markup {
  const { width, height } = plan;
  const deepest = Math.max(height, ...[...plan.sources, ...plan.destinations].map((box) => box.y + box.height));
  return html`<div class="picture" tabindex="0" role="region" aria-label="${title}">
    <svg
      viewBox="-4 -4 ${width + 8} ${deepest + 8}"
      width="${width + 8}"
      height="${deepest + 8}"
      role="img"
      aria-labelledby="${id}-title ${id}-text"
    >
      <title id="${id}-title">${title}</title>
      <desc id="${id}-text">${plan.ways.map(({ told }) => told).join('; ')}</desc>
      ${plan.nodes.map(
        ({ x, y, width: wide, height: high, name, address, exit }) =>
          html`<g>
            <rect class="node" x="${x}" y="${y}" width="${wide}" height="${high}" rx="8" />
            <text class="strong" x="${x + 14}" y="${y + 26}">${name}</text>
            <text class="muted end" x="${x + wide - 14}" y="${y + 26}">${address}</text>
            ${exit === null ? undefined : html`<path class="axis" d="M${x + wide} ${exit.y} L${exit.x} ${exit.y}" />`}
          </g>`,
      )}
      ${plan.ways.map(renderWay)}
      ${plan.arrivals.map(
        ({ from, to, colour }) =>
          html`<path class="way ${colour}" d="${curve(from.x, from.y, to.x, to.y)}" marker-end="url(#${id}-tip)" />`,
      )}
      ${plan.nodes.map(({ exit, name }) =>
        exit === null
          ? undefined
          : html`<g>
              <title>${name} sends it out</title>
              <circle class="port" cx="${exit.x}" cy="${exit.y}" r="5" />
            </g>`,
      )}
      ${plan.pods.map(
        ({ x, y, label }) =>
          html`<g>
            <text class="pod end" x="${x - 10}" y="${y + 4}">${label}</text>
            <circle class="end-of-pod" cx="${x}" cy="${y}" r="3.5" />
          </g>`,
      )}
      ${plan.sources.map(
        ({ x, y, width: wide, height: high, address, owner, colour, count }) =>
          html`<g>
            <rect class="source ${colour}" x="${x}" y="${y}" width="${wide}" height="${high}" rx="${high / 2}" />
            <text class="strong middle" x="${x + wide / 2}" y="${y + 18}">${address}</text>
            <text class="muted middle" x="${x + wide / 2}" y="${y + 33}"
              >${owner === undefined ? 'Egress IP' : `address of ${owner}`} · ${count} connections</text
            >
          </g>`,
      )}
      ${plan.destinations.map(
        ({ x, y, width: wide, height: high, name, address }) =>
          html`<g>
            <rect class="outside" x="${x}" y="${y}" width="${wide}" height="${high}" rx="8" />
            <text class="strong middle" x="${x + wide / 2}" y="${y + 21}">${name}</text>
            <text class="muted middle" x="${x + wide / 2}" y="${y + 38}">${address}</text>
          </g>`,
      )}
      <defs>
        <marker id="${id}-tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto">
          <path class="tip" d="M0 0 L8 4 L0 8 z" />
        </marker>
      </defs>
    </svg>
  </div>`;
}

/** Through the overlay it is dashed, until it has left the cluster. */
function renderWay({ pod, exit, source, colour, crosses, told }: Way): Markup {
  return html`<g>
    <title>${told}</title>
    <path class="way ${colour}${crosses ? ' overlay' : ''}" d="${curve(pod.x, pod.y, exit.x, exit.y)}" />
    <path class="way ${colour}" d="${curve(exit.x, exit.y, source.x, source.y)}" />
  </g>`;
}

function curve(fromX: number, fromY: number, toX: number, toY: number): string {
  const bend = (toX - fromX) / 2;
  return `M${fromX} ${fromY} C${fromX + bend} ${fromY} ${toX - bend} ${toY} ${toX} ${toY}`;
}
