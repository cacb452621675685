import type { Success } from "@pomona/core";
import { shareBar } from "./bars.ts";
import { type Html, html } from "./html.ts";

/** The report has all of them. */
const shown = 10;

/** Explained variance of a result's first components. */
export function varianceTable(success: Success): Html {
  const { explainedVariance, components, warnings } = success.model;
  const some = explainedVariance.slice(0, shown);
  let sum = 0;
  const rows = some.map((share, i) => {
    sum += share;
    return html`<tr><th scope="row">${i + 1}</th><td class="number">${percent(share)}</td><td class="number">${percent(sum)}</td><td class="wide">${shareBar(share / (some[0] ?? 1))}</td></tr>`;
  });
  return html`<section class="panel"><h2>Explained variance</h2>
${success.untrained ? html`<p class="notice bad">The weights are a random network: these numbers describe nothing.</p>` : ""}
${warnings.map((warning) => html`<p class="notice">${warning}</p>`)}
<div class="scroll" role="region" aria-label="Explained variance" tabindex="0"><table><thead><tr><th scope="col">Component</th><th scope="col" class="number">Share</th><th scope="col" class="number">Together</th><th scope="col" class="wide">Beside the first</th></tr></thead><tbody>${rows}</tbody></table></div>
${components > shown ? html`<p class="muted">${components - shown} more are in <code>_SUCCESS</code>.</p>` : ""}</section>`;
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}
