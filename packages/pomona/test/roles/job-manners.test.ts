import {
  type Consumer,
  HandBackError,
  type Job,
  type JobHandler,
  type JobQueue,
  PatienceSpentError,
  UsageError,
} from "@pomona/core";
import type { PoolRegistry } from "@pomona/queue";
import { beforeEach, expect, test } from "vitest";
import { silent } from "../../src/log.ts";
import { JobManners } from "../../src/roles/job-manners.ts";
import { Liveness } from "../../src/roles/liveness.ts";
import { RoleMetrics } from "../../src/roles/role-metrics.ts";
import { Standing } from "../../src/roles/standing.ts";

const job: Job = { kind: "features", id: "r-f0-e1-0", run: "r", batch: 0, priority: 0 };
const context = { signal: new AbortController().signal, restarts: 0 };
const result = { rows: 3, quarantined: 1, decoded: 3 };

let standing: Standing;
let metrics: RoleMetrics;
let warnings: string[];
let forgotten: string[];

beforeEach(() => {
  standing = new Standing();
  metrics = new RoleMetrics({ role: "worker", liveness: new Liveness() });
  warnings = [];
  forgotten = [];
});

/** A handler with manners; others had a success of every operation so many milliseconds ago. */
function mannerly(handler: JobHandler, othersMs = Number.POSITIVE_INFINITY): JobHandler {
  let taken: JobHandler | undefined;
  const consumer: Consumer = { close: async () => {} };
  const queue = {
    consume: (_: string, mine: JobHandler) => {
      taken = mine;
      return consumer;
    },
  } as unknown as JobQueue;
  const registry = { sinceSuccess: async () => othersMs } as unknown as PoolRegistry;
  const manners = new JobManners({
    queue,
    registry,
    standing,
    metrics,
    liveness: new Liveness(),
    log: { ...silent, warn: (_, message) => void warnings.push(message) },
    forgetRun: (run) => void forgotten.push(run),
  });
  manners.consume("features", handler, { concurrency: 1 });
  return taken!;
}

async function thrownBy(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    () => undefined,
    (error: unknown) => error,
  );
}

const spent = new PatienceSpentError("denied", { weather: "put", giveUpAfterMs: 20_000 });

test("results pass and are counted", async () => {
  expect(await mannerly(async () => result)(job, { ...context, restarts: 1 })).toBe(result);
  const text = await metrics.registry.metrics();
  expect(text).toContain('pomona_images_total{result="featurized"} 3');
  expect(text).toContain('pomona_images_total{result="quarantined"} 1');
  expect(text).toContain('pomona_jobs_total{kind="features",result="completed"} 1');
  expect(text).toContain("pomona_stalled_jobs_total 1");
});

test("other errors fail the job", async () => {
  const error = new TypeError("a fault of ours");
  expect(await thrownBy(mannerly(() => Promise.reject(error))(job, context))).toBe(error);
  expect(standing.troubles).toEqual([]);
});

test("a run that does not fit is handed back, and not looked at again for a while", async () => {
  let calls = 0;
  const handler = mannerly(async () => {
    calls += 1;
    throw new UsageError("fingerprint-mismatch", "run r has other features (engine: a, here b)");
  });
  for (let i = 0; i < 3; i++) {
    expect(await thrownBy(handler(job, context))).toMatchObject({ name: "HandBackError", restMs: 1000 });
  }
  expect(calls).toBe(1);
  expect(warnings).toEqual(["run refused: run r has other features (engine: a, here b)"]);
  expect(standing.troubles).toEqual([expect.stringContaining("refuses run r")]);
  expect(await metrics.registry.metrics()).toContain('pomona_jobs_total{kind="features",result="handed-back"} 3');
});

test("storage that fails here alone hands back with growing rests, until it answers again", async () => {
  let isAway = true;
  const handler = mannerly(async () => {
    if (isAway) throw spent;
    return result;
  }, 5_000);
  const rests: number[] = [];
  for (let i = 0; i < 7; i++) {
    const error = await thrownBy(handler(job, context));
    expect(error).toBeInstanceOf(HandBackError);
    rests.push((error as HandBackError).restMs / 1000);
  }
  expect(rests).toEqual([1, 2, 4, 8, 16, 30, 30]);
  expect(warnings).toHaveLength(1);
  expect(standing.troubles).toEqual(["fails alone: denied"]);
  expect(forgotten).toEqual([]);
  isAway = false;
  await handler(job, context);
  expect(standing.troubles).toEqual([]);
});

test("storage that fails for everybody fails the job, and the run is opened anew after that", async () => {
  expect(await thrownBy(mannerly(() => Promise.reject(spent), 25_000)(job, context))).toBe(spent);
  expect(forgotten).toEqual(["r"]);
});
