import type { JobContext, JobQueue } from "@pomona/core";
import { startReducer } from "@pomona/reducer/start-reducer";
import { usableCores } from "@pomona/vision/thread-budget";
import type { Surroundings } from "../surroundings.ts";
import { JobManners } from "./job-manners.ts";
import { findPoolHome, homeMoved } from "./pool-home.ts";
import { reportInProcess } from "./report-process.ts";
import { type RoleFlags, wholeNumber } from "./role-settings.ts";
import { type RoleContext, type RunningRole, serveRole } from "./serve-role.ts";

export interface ReducerFlags extends RoleFlags {
  readonly processes?: string;
}

/** `pomona reducer`: makes models and tables of the features of a pool's runs. */
export function reducerRole(flags: ReducerFlags, surroundings: Surroundings): Promise<number> {
  return serveRole(
    { name: "reducer", connectsAs: "consumer", start: (context) => start(context, flags) },
    flags,
    surroundings,
  );
}

async function start(context: RoleContext, flags: ReducerFlags): Promise<RunningRole> {
  const { settings, surroundings, queue, log, metrics, liveness, standing, fail } = context;
  const processes =
    flags.processes === undefined ? usableCores() : Math.max(1, wholeNumber("--processes", flags.processes, 1024));
  const home = await findPoolHome(context);
  const { registry } = queue;
  // Its children forget a run by themselves when storage failed.
  const manners = new JobManners({ queue, registry, standing, metrics, liveness, log, forgetRun: () => {} });
  // No stage imports another: what draws is known here alone.
  const report = (run: string, jobContext: JobContext) =>
    reportInProcess({ home: home.uri, run, s3: settings.s3 }, jobContext, log);
  const consume: JobQueue["consume"] = (name, handler, options) =>
    manners.consume(
      name,
      async (job, jobContext) => {
        const result = job.kind === "report" ? await report(job.run, jobContext) : await handler(job, jobContext);
        // A job reads and writes: what its children did is known by its end.
        registry.noteSuccess(job.run, ["get", "put", "stat", "list"]).catch(() => {});
        return result;
      },
      options,
    );
  const reducer = startReducer({
    queue: { consume },
    home: home.uri,
    processes,
    environment: surroundings.env,
    s3: settings.s3,
  });
  return {
    unready: () => standing.troubles.filter((trouble) => trouble.startsWith("fails alone")),
    onHome: (uri) => {
      if (uri !== home.uri) fail(homeMoved(home.uri, uri));
    },
    close: (graceMs) => reducer.close({ graceMs }),
  };
}
