import { exitCodes, UsageError } from "@pomona/core";
import { describeSummary } from "../describe-summary.ts";
import { describeDryRun, dryRun } from "../dry-run.ts";
import { describeChanges, findChanges } from "../input-changes.ts";
import { createLog } from "../log.ts";
import { run } from "../run.ts";
import type { Surroundings } from "../surroundings.ts";
import { userFolders } from "../user-folders.ts";
import { configOf } from "./config-of.ts";
import { followInPool, type PoolRunFlags, refusePoolFlags } from "./follow-in-pool.ts";
import { printer } from "./printer.ts";
import { withProgress } from "./with-progress.ts";

export interface RunFlags extends PoolRunFlags {
  readonly out?: string;
  readonly config?: string;
  readonly dryRun?: boolean;
  readonly checkInput?: boolean;
}

/** `pomona run <input> --out <folder>`. */
export async function runCommand(input: string, flags: RunFlags, surroundings: Surroundings): Promise<number> {
  const { cwd } = surroundings;
  const config = await configOf(flags, surroundings);
  const print = printer(flags, surroundings);
  if (flags.dryRun) {
    const survey = await dryRun({ input, out: flags.out, config, cwd });
    print(survey, describeDryRun(survey));
    return exitCodes.done;
  }
  const { out } = flags;
  if (out === undefined) {
    throw new UsageError("bad-option", "--out <folder> is missing", { remedy: `pomona run ${input} --out result` });
  }
  if (flags.checkInput) {
    const changes = await findChanges({ input, out, config, cwd });
    print(changes, describeChanges(changes));
    return exitCodes.done;
  }
  const { redis } = config.machine;
  if (redis !== undefined) return followInPool({ input, out, redis, config }, flags, surroundings);
  refusePoolFlags(flags);
  const folders = userFolders(surroundings.env, surroundings.homeFolder, surroundings.platform);
  const summary = await withProgress(surroundings, flags, (sink) =>
    run({
      input,
      out,
      config,
      home: flags.home ?? folders.home,
      cacheDir: folders.cache,
      cwd,
      submittedBy: surroundings.user,
      environment: surroundings.env,
      ...(flags.overwrite && { overwrite: true }),
      ...(flags.refit && { refit: true }),
      ...(flags.takeOver && { takeOver: true }),
      log: createLog(config.machine.logLevel),
      ...sink,
      signal: surroundings.signal,
    }),
  );
  print(summary, describeSummary(summary));
  return exitCodes.done;
}
