import type { LogEntry } from "@pomona/core";
import { formatTime } from "./format.ts";
import { type Html, html } from "./html.ts";
import type { RunSummary } from "./run-view.ts";

/** What happened to a run, who asked for it, and when: the newest first. */
export function runHistory({ submittedAt, submittedBy }: RunSummary, entries: readonly LogEntry[]): Html {
  const lines = [
    { at: submittedAt, text: `submitted by ${submittedBy}`, kind: "submitted" },
    ...entries.map((entry) => ({ at: entry.at, text: describe(entry), kind: entry.kind })),
  ];
  return html`<ol class="history" tabindex="0" aria-label="What happened">${lines
    .reverse()
    .map(
      ({ at, text, kind }) =>
        html`<li class="event-${kind}"><time datetime="${at}">${formatTime(at)}</time><span>${text}</span></li>`,
    )}</ol>`;
}

type Describe<K extends LogEntry["kind"]> = (entry: Extract<LogEntry, { kind: K }>) => string;

const descriptions: { readonly [K in LogEntry["kind"]]: Describe<K> } = {
  open({ owner, epoch, generation, by }) {
    if (owner !== undefined) return `taken by ${owner.host}:${owner.pid} (epoch ${epoch})`;
    const what = generation !== undefined && generation > 1 ? `retried as generation ${generation}` : "opened";
    return `${what}${by === undefined ? "" : ` by ${by}`}, for whichever coordinator comes`;
  },
  closed: () => "left by its coordinator",
  publishing: ({ generation }) => `publishing generation ${generation}`,
  done: ({ generation }) => `done: generation ${generation} is the result`,
  failed: ({ failure }) => `failed: ${failure.message}`,
  cancelled: ({ by }) => `cancelled by ${by}`,
  paused: ({ by }) => `paused by ${by}`,
  resumed: ({ by }) => `resumed by ${by}`,
  notified: () => "its end was told to the address that wanted to know",
  deleting: () => "its output is being deleted",
  deleted: () => "its output was deleted",
  cleaned: ({ by }) => `stored features removed by ${by}`,
};

function describe(entry: LogEntry): string {
  return (descriptions[entry.kind] as (entry: LogEntry) => string)(entry);
}
