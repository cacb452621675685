import { type Config, exitCodes, UsageError } from "@pomona/core";
import { poolFlag } from "../client/pool-flag.ts";
import { describeSummary } from "../describe-summary.ts";
import { describeDryRun, dryRun } from "../dry-run.ts";
import { describeChanges, findChanges } from "../input-changes.ts";
import { createLog } from "../log.ts";
import { run } from "../run.ts";
import type { Surroundings } from "../surroundings.ts";
import { userFolders } from "../user-folders.ts";
import { configOf } from "./config-of.ts";
import { printer } from "./printer.ts";
import { withProgress } from "./with-progress.ts";

export interface RunFlags extends Readonly<Record<string, unknown>> {
  readonly out?: string;
  readonly home?: string;
  readonly config?: string;
  readonly json?: boolean;
  readonly plain?: boolean;
  readonly dryRun?: boolean;
  readonly checkInput?: boolean;
  readonly overwrite?: boolean;
  readonly refit?: boolean;
  readonly takeOver?: boolean;
  readonly waitWorkers?: string;
  readonly notify?: string;
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
  if (redis !== undefined) return inPoolCommand({ input, out, redis, config }, flags, surroundings);
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

/** The same with `--redis`: others do the work, this process follows. */
async function inPoolCommand(
  request: { readonly input: string; readonly out: string; readonly redis: string; readonly config: Config },
  flags: RunFlags,
  surroundings: Surroundings,
): Promise<number> {
  const { cwd, env, user, signal } = surroundings;
  const { home, waitWorkers = "10" } = flags;
  if (flags.takeOver) {
    throw new UsageError("bad-option", "--take-over and --redis exclude each other", {
      remedy: "A pool goes on by itself with runs whose coordinator is gone.",
    });
  }
  if (!/^\d+s?$/.test(waitWorkers)) throw new UsageError("bad-option", "--wait-workers: expected seconds, as 10");
  const { runInPool } = await import("../client/run-in-pool.ts");
  const summary = await withProgress(surroundings, flags, (sink) =>
    runInPool({
      ...request,
      poolFlag: poolFlag(request.redis, env),
      homeFlag: home,
      waitMs: Number.parseInt(waitWorkers, 10) * 1000,
      cwd,
      submittedBy: user,
      notify: flags.notify,
      ...(flags.overwrite && { overwrite: true }),
      ...(flags.refit && { refit: true }),
      ...sink,
      signal,
    }),
  );
  printer(flags, surroundings)(summary, describeSummary(summary));
  return exitCodes.done;
}

function refusePoolFlags({ waitWorkers, notify }: RunFlags): void {
  const flag = waitWorkers !== undefined ? "--wait-workers" : notify !== undefined ? "--notify" : undefined;
  if (flag === undefined) return;
  throw new UsageError("bad-option", `${flag} is for runs of a pool`, {
    remedy: "Give --redis redis://host:6379 too.",
  });
}
