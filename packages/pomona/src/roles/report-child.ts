import { createRunOpener, openStore } from "@pomona/store";
import { describeError } from "../describe-error.ts";
import { writeReport } from "../write-report.ts";
import type { ReportAnswer, ReportTask } from "./report-messages.ts";

// A process of its own: a report reads a whole table and decodes what strangers made. See report-process.ts.

async function make({ home, run, s3 }: ReportTask): Promise<ReportAnswer> {
  const notices: string[] = [];
  try {
    const { out } = await createRunOpener({ home: await openStore(home, { cwd: "/", s3 }), s3 })(run);
    const { books } = await writeReport({ out, run, cwd: "/", s3, onNotice: (notice) => void notices.push(notice) });
    return { kind: "done", rows: books.featurized, notices };
  } catch (error) {
    const { code, message, remedy } = describeError(error);
    return { kind: "failed", failure: { code, message, remedy } };
  }
}

process.once("message", async (task: ReportTask) => {
  process.send?.(await make(task), () => process.disconnect());
});
// Ctrl-C reaches the whole process group; the parent decides what is finished first.
process.on("SIGINT", () => {});
// Done, or the parent is gone and nobody waits for it.
process.on("disconnect", () => process.kill(process.pid, "SIGKILL"));
