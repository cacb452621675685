import type { Dashboard } from "@pomona/dashboard";
import type { RoleMetrics } from "../roles/role-metrics.ts";

/** What the dashboard knows of runs and pool as gauges, so that alerts need no process of a role to be alive. */
export function addDashboardMetrics(metrics: RoleMetrics, { board }: Dashboard): void {
  const { pool } = board;
  const known = () => [...(board.openedHome?.shelf.known() ?? [])];
  metrics.gauge(
    "runs",
    "Runs of the home that are known, by state",
    () => {
      const counts: Record<string, number> = { running: 0, paused: 0, waiting: 0, failed: 0, done: 0 };
      for (const { state } of known()) counts[state] = (counts[state] ?? 0) + 1;
      return counts;
    },
    "state",
  );
  metrics.gauge(
    "pool_processes",
    "Processes of the pool that say that they are alive",
    () => {
      const { coordinators, workers, reducers } = pool.latest;
      return { coordinator: coordinators.length, worker: workers.length, reducer: reducers.length };
    },
    "role",
  );
  metrics.gauge(
    "queue_jobs",
    "Jobs in the queues, waiting or in hand",
    () => ({
      features: pool.latest.jobs.features.waiting + pool.latest.jobs.features.active,
      reduce: pool.latest.jobs.reduce.waiting + pool.latest.jobs.reduce.active,
    }),
    "queue",
  );
  metrics.gauge("redis_up", "1 while Redis answers the dashboard", () => ({
    "": pool.isConfigured && pool.latest.at > 0 && pool.latest.trouble === undefined ? 1 : 0,
  }));
  metrics.gauge("redis_memory_bytes", "Memory that Redis uses", () => ({ "": pool.latest.redis?.usedBytes ?? 0 }));
  metrics.gauge("redis_memory_limit_bytes", "maxmemory of Redis; 0 where it has none", () => ({
    "": pool.latest.redis?.maxBytes ?? 0,
  }));
}
