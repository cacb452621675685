import type { GenerationRequest, RunFile } from "@pomona/core";
import { type Html, html } from "./html.ts";

export interface ConfigurationFacts {
  readonly file: RunFile | undefined;
  readonly request: GenerationRequest | undefined;
  readonly fingerprint: Readonly<Record<string, unknown>> | undefined;
}

/** What was asked, and what computes: frozen when the run began. */
export function runConfiguration({ file, request, fingerprint }: ConfigurationFacts): Html {
  if (file === undefined) return html`<p class="empty">It went with the output.</p>`;
  return html`${list("What is a feature", file.features)}
${request && list("What is made of the features", request.model)}
${fingerprint === undefined ? html`<p class="muted">The first worker will say what computes the features.</p>` : list("Fingerprint", fingerprint, ["name", "version"])}
<p class="muted">Pomona ${file.pomona}, protocol ${file.protocol}</p>`;
}

function list(title: string, values: Readonly<Record<string, unknown>>, without: readonly string[] = []): Html {
  const shown = Object.entries(values).filter(([name, value]) => value !== undefined && !without.includes(name));
  return html`<details open><summary>${title}</summary><dl>${shown.map(
    ([name, value]) => html`<div><dt>${name}</dt><dd>${text(value)}</dd></div>`,
  )}</dl></details>`;
}

function text(value: unknown): string {
  if (Array.isArray(value)) return value.length === 0 ? "none" : value.join(", ");
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}
