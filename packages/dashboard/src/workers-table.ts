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
<thead><tr><th scope="col">Host</th>${decodes ? html`<th scope="col">Engine</th><th scope="col">Device</th><th scope="col" class="number" title="share of its time that the engine waits although there are images">Waits</th><th scope="col" class="number">Images/s</th><th scope="col" class="number">Images</th>` : ""}<th scope="col" class="number">Jobs</th><th scope="col" class="number">Slots</th><th scope="col" class="number">Memory</th><th scope="col" class="number" title="jobs whose last holder died">Restarts</th><th scope="col" class="number">Last progress</th><th scope="col" class="number">Up since</th><th scope="col">Version</th></tr></thead>
<tbody>${sorted.map(({ host, pid, engine, slots, version, trouble, vitals }) => {
    return html`<tr><th scope="row">${host} <small>pid ${pid}</small>${trouble === undefined ? "" : html`<small class="trouble">${trouble}</small>`}</th>${
      decodes
        ? html`<td>${engine ?? "–"}</td><td>${describeDevice(vitals)}</td><td class="number">${vitals?.engineWait === undefined ? "–" : formatShare(vitals.engineWait, 1)}</td><td class="number">${formatRate(vitals?.imagesPerSecond)}</td><td class="number">${vitals === undefined ? "–" : formatCount(vitals.images)}</td>`
        : ""
    }<td class="number">${vitals === undefined ? "–" : formatCount(vitals.jobs)}</td><td class="number">${slots}</td><td class="number">${vitals === undefined ? "–" : formatBytes(vitals.rssBytes)}</td><td class="number">${vitals?.restarts ?? "–"}</td><td class="number">${formatAgo(vitals?.progressAt)}</td><td class="number">${formatAgo(vitals?.startedAt)}</td><td>${version ?? "–"}</td></tr>`;
  })}</tbody></table></div>`;
}

function describeDevice({ device = "–", decoders }: Partial<ProcessVitals> = {}): string {
  return decoders === undefined ? device : `${device}, ${decoders} decoders`;
}
