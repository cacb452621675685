import { actionForm } from "./action-forms.ts";
import { formatCount } from "./format.ts";
import { type Html, html } from "./html.ts";
import { mayAct, type PageContext } from "./page-context.ts";
import type { Page } from "./page-shell.ts";
import type { QuarantineFilter, QuarantineRow } from "./quarantine-row.ts";
import type { RunQuarantine } from "./quarantine-shelf.ts";
import type { RunSummary } from "./run-view.ts";

export const rowsPerPage = 25;

export interface QuarantineFacts {
  readonly summary: RunSummary;
  readonly quarantine: RunQuarantine;
  readonly filter: QuarantineFilter;
  /** From 1. */
  readonly page: number;
  /** A link's signature for the picture of an image. */
  readonly signatureOf: (path: string) => string;
}

export function quarantinePage(facts: QuarantineFacts, context: PageContext): Page {
  const { summary, quarantine, filter, page } = facts;
  const { run, listed, quarantined } = summary;
  const { link } = context;
  const address = (to: number): string => link(`/runs/${run}/quarantine?${query(filter, to)}`);
  const body = html`<nav class="crumbs" aria-label="Breadcrumb"><a href="${link("/")}">Runs</a> <span aria-hidden="true">/</span> <a href="${link(`/runs/${run}`)}">${run}</a> <span aria-hidden="true">/</span> <span aria-current="page">Quarantine</span></nav>
<h1>Quarantine</h1>
<p>${formatCount(quarantined)} of ${formatCount(listed)} images of <span class="mono">${run}</span> could not be read as images and have no row in the table.${quarantine.incomplete === undefined ? "" : html` <span class="muted">(${quarantine.incomplete})</span>`}</p>
${filterForm(facts, context)}
${quarantine.isPublished && mayAct(context) && quarantined > 0 ? retryForms(facts, context) : ""}
${
  quarantine.rows.length === 0
    ? html`<p class="empty">${quarantined === 0 ? "Nothing is in quarantine." : "No image matches."}</p>`
    : html`<ul class="quarantine">${quarantine.rows.map((row) => card(row, facts, context))}</ul>`
}
${page > 1 || quarantine.hasMore ? html`<nav class="pages" aria-label="Pages">${page > 1 ? html`<a href="${address(page - 1)}" rel="prev">Before</a>` : ""}<span>Page ${page}</span>${quarantine.hasMore ? html`<a href="${address(page + 1)}" rel="next">More</a>` : ""}</nav>` : ""}`;
  return { title: `Quarantine of ${run}`, section: "runs", body };
}

function filterForm({ summary, quarantine, filter }: QuarantineFacts, { link }: PageContext): Html {
  const path = `/runs/${summary.run}/quarantine`;
  return html`<form class="filters" method="get" action="${link(path)}" role="search">
<label>Reason <select name="reason"><option value="">any</option>${quarantine.reasons.map(
    ([reason, count]) =>
      html`<option value="${reason}"${filter.reason === reason ? html` selected` : ""}>${reason} (${formatCount(count)})</option>`,
  )}</select></label>
<label>Label <input name="label" value="${filter.label ?? ""}" placeholder="any" autocomplete="off"></label>
<button>Show</button>
<a class="button" href="${link(`${path}.csv?${query(filter)}`)}" download>Download CSV</a>
</form>`;
}

/** The objects may have been repaired: another generation of the result is made with those that can be read now. */
function retryForms({ summary, filter, quarantine }: QuarantineFacts, context: PageContext): Html {
  const path = `/runs/${summary.run}/retry`;
  const { reason } = filter;
  const count = quarantine.reasons.find(([name]) => name === reason)?.[1];
  return html`<div class="retry-row"><p>Repaired something? What can be read now goes into another generation of the result; what cannot stays here.</p><div class="actions">${
    reason === undefined || count === undefined
      ? ""
      : actionForm(
          context,
          path,
          html`<input type="hidden" name="reason" value="${reason}"><button class="primary">Retry ${formatCount(count)} × ${reason}</button>`,
        )
  }${actionForm(context, path, html`<button${reason === undefined ? html` class="primary"` : ""}>Retry all ${formatCount(summary.quarantined)}</button>`)}</div></div>`;
}

function card(row: QuarantineRow, { summary, quarantine, signatureOf }: QuarantineFacts, context: PageContext): Html {
  const { run } = summary;
  const picture = `/runs/${run}/thumbnail?${new URLSearchParams({ path: row.path, sig: signatureOf(row.path) })}`;
  const name = row.path.slice(row.path.lastIndexOf("/") + 1);
  return html`<li><img src="${context.link(picture)}" alt="What can be seen of ${name}" width="160" height="160" loading="lazy">
<div><p class="path mono">${row.path}</p>
<p><span class="badge reason">${row.reason}</span> <span class="muted">at ${row.stage}, label</span> ${row.label}</p>
<p class="muted detail">${row.detail}</p></div>
${
  quarantine.isPublished && mayAct(context)
    ? actionForm(
        context,
        `/runs/${run}/retry`,
        html`<input type="hidden" name="path" value="${row.path}"><button aria-label="Retry ${name}">Retry</button>`,
      )
    : ""
}</li>`;
}

function query({ reason = "", label = "" }: QuarantineFilter, page?: number): URLSearchParams {
  return new URLSearchParams({ reason, label, ...(page !== undefined && { page: String(page) }) });
}
