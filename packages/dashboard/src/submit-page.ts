import { actionForm } from "./action-forms.ts";
import { html } from "./html.ts";
import type { PageContext } from "./page-context.ts";
import type { Page } from "./page-shell.ts";

export interface SubmitFacts {
  /** Folders and prefixes that may be named. */
  readonly allowed: readonly string[];
  /** What was filled in before. */
  readonly values: Readonly<Record<string, string>>;
  readonly problem: { readonly message: string; readonly remedy: string | undefined } | undefined;
}

/** Options that operators set often; everything else is what the command line is for. */
export const submitFields = [
  { name: "components", label: "Components", hint: "how many to keep; 2 by default" },
  { name: "variance", label: "…or variance", hint: "as many as explain this share, as 0.95" },
  { name: "limit", label: "Limit", hint: "only the first n images" },
  { name: "glob", label: "Glob", hint: "**/*.{jpg,jpeg,png,webp}" },
] as const;

export function submitPage({ allowed, values, problem }: SubmitFacts, context: PageContext): Page {
  const value = (name: string): string => values[name] ?? "";
  const body = html`<h1>New run</h1>
${problem === undefined ? "" : html`<div class="notice bad" role="alert"><strong>${problem.message}</strong>${problem.remedy === undefined ? "" : html`<p>${problem.remedy}</p>`}</div>`}
${
  allowed.length === 0
    ? html`<p class="empty">This dashboard was started without <code>--allow</code>: it may name no folder or prefix. Use <code>pomona submit</code>.</p>`
    : actionForm(
        context,
        "/submit",
        html`<label>Input <input name="input" value="${value("input")}" required placeholder="${allowed[0]}photos" spellcheck="false"></label>
<label>Output <input name="out" value="${value("out")}" required placeholder="${allowed[0]}result" spellcheck="false"></label>
<p class="muted">Both lie in ${allowed.map((place, i) => html`${i > 0 ? " or " : ""}<code>${place}</code>`)}.</p>
<div class="columns">${submitFields.map(
          ({ name, label, hint }) =>
            html`<label>${label} <input name="${name}" value="${value(name)}" placeholder="${hint}" spellcheck="false"></label>`,
        )}</div>
<label class="check"><input type="checkbox" name="refit" value="on"${value("refit") === "on" ? html` checked` : ""}> Refit: where only components or variance differ, decode nothing</label>
<button class="primary">Submit</button>`,
        "panel stacked",
      )
}`;
  return { title: "New run", section: "submit", body };
}
