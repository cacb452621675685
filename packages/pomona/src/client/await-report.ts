import { setTimeout as sleep } from "node:timers/promises";
import { mostReportedRows } from "@pomona/coordinator";
import { decodeRunSettings, type ObjectStore, outputLayout, runLayout, type Success } from "@pomona/core";

export interface AwaitReportOptions {
  readonly out: ObjectStore;
  /** Of the run that has just ended. */
  readonly success: Pick<Success, "run" | "books">;
  readonly onNotice: (notice: string) => void;
  readonly signal?: AbortSignal | undefined;
  /** Default: a minute. */
  readonly patienceMs?: number;
  /** Between two looks. Default 500. */
  readonly everyMs?: number;
}

/**
 * Waits for the report that a reducer makes of a finished run, where its settings want one; whoever sees the end of a run
 * can open it then. Never throws: the result is complete without it. An aborted signal ends the wait.
 */
export async function awaitReport(options: AwaitReportOptions): Promise<void> {
  const { out, success, onNotice, signal, patienceMs = 60_000, everyMs = 500 } = options;
  const makeIt = `pomona report ${out.uri} makes it`;
  try {
    const key = runLayout(success.run).settings;
    if (decodeRunSettings(await out.get(key), key).report === "none") return;
    if (success.books.featurized > mostReportedRows) {
      onNotice(`A pool makes no report of more than ${mostReportedRows.toLocaleString("en-US")} images: ${makeIt}.`);
      return;
    }
    const from = performance.now();
    while ((await out.stat(outputLayout.report)) === undefined) {
      if (signal?.aborted) return;
      if (performance.now() - from > patienceMs) {
        onNotice(`The report is not there yet. If it does not come: ${makeIt}.`);
        return;
      }
      await sleep(everyMs, undefined, signal && { signal }).catch(() => {});
    }
  } catch (error) {
    onNotice(`Whether there is a report is not known (${(error as Error).message}): ${makeIt}.`);
  }
}
