import { expect, test } from "vitest";
import { runReduceJob } from "../src/run-reduce-job.ts";
import { csvJob, fitJob, momentsJob, projectJob } from "./jobs.ts";
import { run as runId, writeSyntheticRun } from "./synthetic-run.ts";

test("does each kind of job, and refuses those of another queue", async () => {
  const run = await writeSyntheticRun({ batches: [20] });
  const rows: number[] = [];
  for (const job of [momentsJob({}), fitJob(), projectJob({}), csvJob()]) {
    rows.push((await runReduceJob(job, run.openRun)).rows);
  }
  expect(rows).toEqual([20, 2, 20, 20]);
  const foreign = { kind: "features", id: "x", run: runId, priority: 0, batch: 0 } as const;
  await expect(runReduceJob(foreign, run.openRun)).rejects.toMatchObject({ code: "unknown-job" });
});
