import { once } from "node:events";
import { createWriteStream } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { JobResult } from "@pomona/core";
import { connectQueue } from "@pomona/queue";
import { openStore } from "@pomona/store";
import { FakePool } from "../packages/coordinator/test/fake-pool.ts";
import { password, startDashboardMember } from "../test/browser/dashboard-member.ts";
import { logInTo } from "../test/support/dashboard-client.ts";
import type { TestPool } from "../test/support/pool.ts";
import type { S3Server } from "../test/support/versitygw.ts";
import { waitFor } from "../test/support/wait-for.ts";

export interface TabsOptions {
  readonly scratch: string;
  readonly server: S3Server;
  readonly pool: TestPool;
  readonly env: Readonly<Record<string, string>>;
  readonly tabs: number;
  readonly seconds: number;
}

export interface TabsCost {
  readonly tabs: number;
  readonly events: number;
  /** Shares of a core that Redis uses: by the run alone, and with the tabs. */
  readonly redisShareWithout: number;
  readonly redisShareWith: number;
  /** What the tabs add. */
  readonly redisShareOfTabs: number;
}

/** Images a second of the run that is looked at: a pool of four good workers. */
const batchesPerSecond = 4;
const keys = 200_000;

/** What tabs that follow a run cost Redis, while a coordinator drives it and workers report. */
export async function measureTabs({ scratch, server, pool, env, tabs, seconds }: TabsOptions): Promise<TabsCost> {
  const out = "s3://pomona/live";
  await pool.start("coordinator");
  const queue = await connectQueue({ url: pool.redis.url, role: "consumer" });
  const worker = new SlowPool(queue, await openStore(out, { cwd: "/", s3: { endpoint: server.endpoint } }), {
    concurrency: 2,
  });
  const [input, list] = [join(scratch, "in"), join(scratch, "keys.txt")];
  await mkdir(input);
  await writeKeys(list);
  const submitted = await pool.command(["submit", input, "--out", out, "--keys-from", list, "--json"], env);
  if (submitted.code !== 0) throw new Error(`${submitted.stdout}${submitted.stderr}`);
  const run = String(submitted.json.run);
  const dashboard = await startDashboardMember(scratch, { flags: ["--health-port", "0"], env });
  try {
    await waitFor("the run to be under way", async () => ((await queue.registry.progress(run))?.done ?? 0) > 1000, {
      seconds: 120,
    });
    const client = await logInTo(dashboard.url, "alice", password);
    const paths = [`/events/runs/${run}`, "/events/runs?page=1", "/events/pool"];
    const without = await redisShare(pool, seconds);
    const stop = new AbortController();
    const counts = Array.from({ length: tabs }, (_, i) =>
      countEvents(client, paths[i % paths.length] ?? "", stop.signal),
    );
    const withTabs = await redisShare(pool, seconds);
    stop.abort();
    const events = (await Promise.all(counts)).reduce((sum, n) => sum + n, 0);
    return {
      tabs,
      events,
      redisShareWithout: without,
      redisShareWith: withTabs,
      redisShareOfTabs: Math.max(0, withTabs - without),
    };
  } finally {
    dashboard.signalGroup("SIGKILL");
    await dashboard.ended;
    await worker.close();
  }
}

/** As fast as real workers. */
class SlowPool extends FakePool {
  override async featurize(run: string, batch: number): Promise<JobResult> {
    await sleep((2 * 1000) / batchesPerSecond);
    return super.featurize(run, batch);
  }
}

async function redisShare({ redis }: TestPool, seconds: number): Promise<number> {
  const used = async (): Promise<number> => {
    const info = String(await redis.call("INFO", "cpu"));
    const field = (name: string): number => Number(new RegExp(`^${name}:([\\d.]+)`, "m").exec(info)?.[1]);
    return field("used_cpu_sys") + field("used_cpu_user");
  };
  const [before, startedAt] = [await used(), performance.now()];
  await sleep(seconds * 1000);
  return ((await used()) - before) / ((performance.now() - startedAt) / 1000);
}

/** Follows a tab's events until it is closed. */
async function countEvents(
  client: Awaited<ReturnType<typeof logInTo>>,
  path: string,
  signal: AbortSignal,
): Promise<number> {
  let events = 0;
  try {
    for await (const chunk of client.events(path, signal)) events += chunk.match(/^data: /gm)?.length ?? 0;
  } catch (error) {
    if (!signal.aborted) throw error;
  }
  return events;
}

async function writeKeys(path: string): Promise<void> {
  const file = createWriteStream(path);
  for (let from = 0; from < keys; from += 1000) {
    const lines = Array.from({ length: 1000 }, (_, i) => `class/photo_${String(from + i).padStart(9, "0")}.jpg\n`);
    if (!file.write(lines.join(""))) await once(file, "drain");
  }
  file.end();
  await once(file, "close");
}
