import type { ProvisionalVariance } from "@pomona/core";
import { formatCount } from "./format.ts";
import { type Html, html } from "./html.ts";

/** What the first groups of a run say of its components, until all of them are there. */
export function provisionalVariance(previews: readonly ProvisionalVariance[]): Html {
  const newest = previews.at(-1);
  if (newest === undefined) return html``;
  const rows = newest.explainedVariance.map(
    (_, component) =>
      html`<tr><th scope="row">${component + 1}</th>${previews.map(
        ({ explainedVariance }) => html`<td class="number">${percent(explainedVariance[component])}</td>`,
      )}</tr>`,
  );
  const sums = previews.map(({ explainedVariance }) => explainedVariance.reduce((sum, share) => sum + share, 0));
  return html`<section class="panel"><h2>Explained variance <span class="badge provisional">provisional</span></h2>
<p class="muted">Of the first ${formatCount(newest.rows)} images, in the order of the listing. The result is fitted to all of them, and may differ.</p>
<div class="scroll" role="region" aria-label="Provisional explained variance" tabindex="0"><table><thead><tr><th scope="col">Component</th>${previews.map(
    ({ groups, of, rows }) =>
      html`<th scope="col" class="number">at ${Math.round((100 * groups) / of)} %<small>${formatCount(rows)} images</small></th>`,
  )}</tr></thead><tbody>${rows}<tr><th scope="row">Together</th>${sums.map((sum) => html`<td class="number">${percent(sum)}</td>`)}</tr></tbody></table></div></section>`;
}

function percent(share: number | undefined): string {
  return share === undefined ? "–" : `${(100 * share).toFixed(1)} %`;
}
