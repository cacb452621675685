import { PatienceSpentError } from "@pomona/core";
import { type CachedRunOpener, createRunOpener, openStore } from "@pomona/store";
import { type FromReduceChild, type ReduceSettings, type ToReduceChild, toFailure } from "./reduce-messages.ts";
import { runReduceJob } from "./run-reduce-job.ts";

// Entry point of a child process: jobs come from and results go to the parent, see reduce-pool.ts.

let opening: Promise<CachedRunOpener> | undefined;
let busy = false;

const receive: { [Kind in ToReduceChild["kind"]]: (message: Extract<ToReduceChild, { kind: Kind }>) => void } = {
  settings: ({ settings }) => {
    opening = openHome(settings);
  },
  job: (message) => void work(message),
};

async function work({ job, threads }: Extract<ToReduceChild, { kind: "job" }>): Promise<void> {
  busy = true;
  try {
    if (opening === undefined) throw new Error("a reduce child was given a job before its settings");
    answer({ kind: "done", result: await runReduceJob(job, await opening, { threads }) });
  } catch (error) {
    // Whoever asks again has waited, or has settings of another patience.
    if (error instanceof PatienceSpentError) (await opening)?.forget(job.run);
    answer({ kind: "failed", failure: toFailure(error) });
  } finally {
    busy = false;
  }
  dropGarbage();
}

/**
 * What a job leaves behind would lie here until the next one needs memory, while another process does. By then the
 * answer is on its way. The pool starts this process so that it may.
 */
function dropGarbage(): void {
  if (process.memoryUsage().arrayBuffers > noticeableBytes) globalThis.gc?.();
}

const noticeableBytes = 16 * 2 ** 20;

async function openHome({ home, s3 }: ReduceSettings): Promise<CachedRunOpener> {
  return createRunOpener({ home: await openStore(home, { cwd: process.cwd(), s3 }), s3 });
}

function answer(message: FromReduceChild): void {
  if (process.connected) process.send?.(message);
}

// Ctrl-C reaches the whole process group; the parent decides what is finished first.
process.on("SIGINT", () => {});
process.on("disconnect", () => {
  // The parent is gone and nobody waits for the job; without one the process ends by itself.
  if (busy) process.kill(process.pid, "SIGKILL");
});
process.on("message", (message: ToReduceChild) => {
  const act = receive[message.kind] as (message: ToReduceChild) => void;
  act(message);
});
