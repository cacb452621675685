import { randomBytes } from "node:crypto";
import {
  decodeRunSettings,
  type LogState,
  type ObjectStore,
  type OpenRun,
  outputLayout,
  type ReportJob,
  RunLog,
  runLayout,
} from "@pomona/core";
import type { Dispatch } from "./dispatch.ts";
import { readSuccess } from "./read-success.ts";
import { runJobs } from "./run-jobs.ts";

/** A report reads the whole table, which takes a single process hours of a larger one: that is left to a person. */
export const mostReportedRows = 1_000_000;

/** Who did without a report for so long does not wait for it any more. */
const newsMs = 24 * 3_600_000;

/**
 * Has a reducer make the report of a run that is done, where its settings want one and there is none. Answers whether one
 * was made. The result does not depend on it. Throws as the job failed, and the signal's reason.
 */
export async function requestReport(
  { file: { run }, out }: Pick<OpenRun, "file" | "out">,
  { queue, signal }: Pick<Dispatch, "queue" | "signal">,
): Promise<boolean> {
  const state = await new RunLog(out).read();
  if (state.run !== run || !isNews(state) || !(await isWanted(out, run))) return false;
  const job: ReportJob = {
    kind: "report",
    // An id that is still known as failed would be ignored.
    id: `${run}-g${state.published}-report-e${state.epoch}-${randomBytes(4).toString("hex")}`,
    run,
    generation: state.published,
    priority: 0,
  };
  await runJobs({
    queue,
    signal,
    name: "reduce",
    window: () => 1,
    waitForActive: false,
    jobs: () => [job],
    onResult() {},
  });
  return true;
}

function isNews({ status, at = "" }: LogState): boolean {
  return status === "done" && Date.now() - Date.parse(at) < newsMs;
}

async function isWanted(out: ObjectStore, run: string): Promise<boolean> {
  const key = runLayout(run).settings;
  if (decodeRunSettings(await out.get(key), key).report === "none") return false;
  // Publishing removes that of an earlier generation.
  if ((await out.stat(outputLayout.report)) !== undefined) return false;
  const success = await readSuccess(out);
  return success !== undefined && success.books.featurized <= mostReportedRows;
}
