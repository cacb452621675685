import type { LiveConsumer, ProcessVitals } from "@pomona/queue";
import { formatAgo, formatBytes, formatCount, formatRate, formatShare } from "./format.ts";
import { type Html, html } from "./html.ts";
import type { PoolState } from "./pool-link.ts";

export function workersTable({ workers, trouble }: PoolState): Html {
  if (workers.length === 0) {
    return html`<p class="empty">${trouble === undefined ? html`No worker is alive. Start one: <code>pomona worker --redis …</code>` : "Redis does not say who is alive."}</p>`;
  }
  return processTable("Workers", workers, true);
}

/** Processes of a pool as they described themselves within the last seconds. */
export function processTable(name: string, processes: readonly LiveConsumer[], decodes: boolean): Html {
  const sorted = processes.toSorted((a, b) => (a.host < b.host ? -1 : a.host > b.host ? 1 : a.pid - b.pid));
  return html`<div class="scroll" role="region" aria-label="${name}" tabindex="0"><table>
