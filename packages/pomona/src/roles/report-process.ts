import { type ChildProcess, fork } from "node:child_process";
import { type JobContext, type JobResult, PomonaError } from "@pomona/core";
import type { Log } from "../log.ts";
import type { ReportAnswer, ReportTask } from "./report-messages.ts";

/** Whoever died over it so often would die again. */
const mostDeaths = 2;

/**
 * Makes the report of a finished run in a process of its own, which ends with it. Throws {@link PomonaError} as making it
 * failed, `report-died` where the process did, and the signal's reason.
 */
export async function reportInProcess(
  task: ReportTask,
  { signal, restarts }: Pick<JobContext, "signal" | "restarts">,
  log: Log,
): Promise<JobResult> {
  if (restarts >= mostDeaths) throw died(task.run, `${restarts} reducers died over it`);
  signal.throwIfAborted();
  // Standard output belongs to the command's own result.
  const child = fork(new URL("./report-child.js", import.meta.url), { execArgv: [], stdio: ["ignore", 2, 2, "ipc"] });
  const kill = (): void => void child.kill("SIGKILL");
  signal.addEventListener("abort", kill);
  try {
    const answer = await ask(child, task);
    if (answer.kind === "failed") throw failed(answer.failure);
    for (const notice of answer.notices) log.info({ run: task.run }, notice);
    return { rows: answer.rows, quarantined: 0, decoded: 0 };
  } catch (error) {
    throw signal.aborted ? signal.reason : error;
  } finally {
    signal.removeEventListener("abort", kill);
  }
}

function ask(child: ChildProcess, task: ReportTask): Promise<ReportAnswer> {
  return new Promise((resolve, reject) => {
    child.once("message", (answer: ReportAnswer) => resolve(answer));
    child.once("error", (error) => reject(died(task.run, error.message)));
    child.once("exit", (code, killedBy) => reject(died(task.run, killedBy ?? `exit code ${code}`)));
    child.send(task, () => {});
  });
}

function failed({ code, message, remedy }: Extract<ReportAnswer, { kind: "failed" }>["failure"]): PomonaError {
  return new PomonaError(code, message, remedy === undefined ? {} : { remedy });
}

function died(run: string, how: string): PomonaError {
  return new PomonaError("report-died", `the process that made the report of run ${run} died (${how})`, {
    remedy: "The result is complete without it. pomona report <out> makes it where there is more memory.",
  });
}
