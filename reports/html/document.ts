import { html, type Markup } from './markup.ts';

/** A whole page. `root`: the way to the folder of the report, empty or `../`. It needs no server and no script. */
export function renderDocument(page: {
  readonly title: string;
  readonly root: string;
  readonly header: Markup;
  readonly main: Markup;
  readonly footer: Markup;
}): string {
  const { title, root, header, main, footer } = page;
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${title}</title>
        <link rel="stylesheet" href="${root}report.css" />
      </head>
      <body>
        <a class="skip-link" href="#main">Skip to the content</a>
        <header class="page">${header}</header>
        <main id="main">${main}</main>
        <footer>${footer}</footer>
      </body>
    </html> `.text.replaceAll(/\n\s+/g, '\n');
}

/** A table that scrolls by itself where it is too wide. */
export function renderTable(
  caption: string,
  heads: readonly string[],
  rows: readonly (readonly (string | number | Markup)[])[],
): Markup {
  return html`<div class="scroll" tabindex="0" role="region" aria-label="${caption}">
    <table>
      <caption>
        ${caption}
      </caption>
      <thead>
        <tr>
          ${heads.map(
            (head, column) =>
              html`<th scope="col" ${isNumber(rows, column) ? html` class="number"` : undefined}>${head}</th>`,
          )}
        </tr>
      </thead>
      <tbody>
        ${rows.map(
          (cells) =>
            html`<tr>
              ${cells.map((cell) =>
                typeof cell === 'number' ? html`<td class="number">${cell}</td>` : html`<td>${cell}</td>`,
              )}
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}

function isNumber(rows: readonly (readonly unknown[])[], column: number): boolean {
  return rows.length > 0 && rows.every((cells) => typeof cells[column] === 'number');
}
