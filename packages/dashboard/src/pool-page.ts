import { formatBytes, formatCount, formatShare } from "./format.ts";
import { type Html, html } from "./html.ts";
import type { Fragments } from "./live-feed.ts";
import { fragment, type Page } from "./page-shell.ts";
import type { PoolState } from "./pool-link.ts";
import { tile } from "./runs-page.ts";
import { processTable, workersTable } from "./workers-table.ts";

export interface PoolFacts {
  readonly pool: PoolState;
  readonly hasPool: boolean;
  readonly home: string;
}

export function poolPage(facts: PoolFacts): Page {
  const fragments = poolFragments(facts);
  const body = html`<h1>Pool</h1>
<p class="muted">Runs are registered in <code>${facts.home}</code></p>
${fragment("tiles", fragments, "tiles")}
${fragment("workers", fragments, "panel")}
${fragment("reducers", fragments, "panel")}
${fragment("coordinators", fragments, "panel")}`;
  return { title: "Pool", section: "pool", body, events: "/events/pool" };
}

export function poolFragments({ pool, hasPool }: PoolFacts): Fragments {
  if (!hasPool) {
    return {
      tiles: html`<p class="empty">This dashboard was started without <code>--redis</code>: it shows what the store says.</p>`,
    };
  }
  return {
    tiles: tiles(pool),
    workers: html`<h2>Workers</h2>${workersTable(pool)}`,
    reducers: html`<h2>Reducers</h2>${others("Reducers", pool.reducers, "reducer")}`,
    coordinators: html`<h2>Coordinators</h2>${others("Coordinators", pool.coordinators, "coordinator")}`,
  };
}

function tiles({ jobs, redis, workers }: PoolState): Html {
  const rate = workers.reduce((sum, { vitals }) => sum + (vitals?.imagesPerSecond ?? 0), 0);
  return html`${tile("Images a second", rate.toFixed(rate < 100 ? 1 : 0), `${workers.length} workers together`)}
${tile("Batches waiting", formatCount(jobs.features.waiting), `${formatCount(jobs.features.active)} in hand`)}
${tile("Reductions waiting", formatCount(jobs.reduce.waiting), `${formatCount(jobs.reduce.active)} in hand`)}
${tile("Redis", redis === undefined ? "–" : formatBytes(redis.usedBytes), redis === undefined ? "not asked yet" : redis.maxBytes > 0 ? `${formatShare(redis.usedBytes, redis.maxBytes)} of ${formatBytes(redis.maxBytes)}, version ${redis.version}` : `no limit, version ${redis.version}`)}`;
}

function others(name: string, processes: PoolState["reducers"], role: string): Html {
  return processes.length === 0
    ? html`<p class="empty">None is alive. Start one: <code>pomona ${role} --redis …</code></p>`
    : processTable(name, processes, false);
}
