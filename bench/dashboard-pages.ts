import { password, startDashboardMember } from "../test/browser/dashboard-member.ts";
import { type DashboardClient, logInTo } from "../test/support/dashboard-client.ts";
import type { BenchHome } from "./dashboard-home.ts";

export interface PageTimes {
  /** The first request of a dashboard that was started for it. */
  readonly firstSeconds: number;
  readonly p95Seconds: number;
  readonly bytes: number;
}

export interface MeasurePagesOptions {
  readonly scratch: string;
  readonly home: BenchHome;
  readonly env: Readonly<Record<string, string>>;
  readonly requests: number;
}

/** Every page and route that reads something, by what it shows. */
export function pathsOf({ runs, small, large, failed }: BenchHome): Readonly<Record<string, string>> {
  // The last one may have a row or two.
  const latePage = Math.max(1, Math.ceil(runs.length / 20) - 1);
  const middle = runs[Math.floor(runs.length / 2)] ?? small;
  const board = "/queues/api/queues?activeQueue=features&jobsPerPage=10";
  return {
    "runs, newest": "/",
    "runs, oldest": `/?page=${latePage}`,
    "runs, failed": "/?state=failed",
    "runs, search": `/?q=${middle}`,
    "run of 300 images": `/runs/${small}`,
    "run of a million": `/runs/${large}`,
    "failed run of a million": `/runs/${failed}`,
    "old run": `/runs/${middle}`,
    "quarantine of 300": `/runs/${small}/quarantine`,
    "quarantine of a million": `/runs/${large}/quarantine`,
    "quarantine, filtered": `/runs/${large}/quarantine?reason=truncated&label=class_12&page=1`,
    "quarantine, last page": `/runs/${large}/quarantine?page=20`,
    "quarantine, failed": `/runs/${failed}/quarantine`,
    "quarantine as CSV": `/runs/${large}/quarantine.csv`,
    pool: "/pool",
    "new run": "/submit",
    "Bull Board": "/queues/",
    "Bull Board, waiting": `${board}&status=prioritized&page=1`,
    "Bull Board, waiting, late page": `${board}&status=prioritized&page=2000`,
    "Bull Board, delayed": `${board}&status=delayed&page=1`,
    "Bull Board, failed": `${board}&status=failed&page=1`,
    "API, runs": "/api/runs?page=1",
    "API, run of a million": `/api/runs/${large}`,
    "API, pool": "/api/pool",
    "events, runs": "/events/runs?page=1",
    "events, run of a million": `/events/runs/${large}`,
    "events, pool": "/events/pool",
  };
}

/** Starts a dashboard for each path, so that its first request meets nothing that another one left. */
export async function measurePage(path: string, options: MeasurePagesOptions): Promise<PageTimes> {
  const { scratch, home, env, requests } = options;
  const flags = ["--home", home.uri, "--allow", home.uri, "--health-port", "0"];
  const dashboard = await startDashboardMember(scratch, { flags, env });
  try {
    const client = await logInTo(dashboard.url, "alice", password);
    const first = await ask(client, path);
    const later: number[] = [];
    for (let i = 0; i < requests; i++) later.push((await ask(client, path)).seconds);
    later.sort((a, b) => a - b);
    const p95Seconds = later[Math.ceil(0.95 * later.length) - 1] ?? Number.NaN;
    return { firstSeconds: first.seconds, p95Seconds, bytes: Buffer.byteLength(first.body) };
  } finally {
    dashboard.signalGroup("SIGKILL");
    await dashboard.ended;
  }
}

function ask(client: DashboardClient, path: string): ReturnType<DashboardClient["get"]> {
  return path.startsWith("/events/") ? client.firstEvent(path) : client.get(path);
}
