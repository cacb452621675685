import { html } from "./html.ts";
import type { PageContext } from "./page-context.ts";
import type { Page } from "./page-shell.ts";

export function errorPage(
  {
    status,
    message,
    remedy,
  }: { readonly status: number; readonly message: string; readonly remedy?: string | undefined },
  { link }: PageContext,
): Page {
  const body = html`<h1>${titles[status] ?? "That did not work"}</h1>
<div class="notice bad" role="alert"><strong>${message}</strong>${remedy === undefined ? "" : html`<p>${remedy}</p>`}</div>
<p><a href="${link("/")}">Back to the runs</a></p>`;
  return { title: titles[status] ?? "Error", section: "none", body };
}

const titles: Readonly<Record<number, string>> = {
  403: "Not allowed",
  404: "Nothing here",
  405: "Read-only",
  409: "Not now",
  503: "Not now",
};
