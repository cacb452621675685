import { exitCodes, UsageError } from "@pomona/core";
import { poolFlag } from "../client/pool-flag.ts";
import type { RunInPoolOptions } from "../client/run-in-pool.ts";
import { describeSummary } from "../describe-summary.ts";
import type { Surroundings } from "../surroundings.ts";
import { printer } from "./printer.ts";
import { withProgress } from "./with-progress.ts";

/** Flags of whatever makes a table, here or in a pool. */
export interface PoolRunFlags extends Readonly<Record<string, unknown>> {
  readonly home?: string;
  readonly json?: boolean;
  readonly plain?: boolean;
  readonly overwrite?: boolean;
  readonly refit?: boolean;
  readonly takeOver?: boolean;
  readonly waitWorkers?: string;
  readonly notify?: string;
}

/** A command that makes a table, with `--redis`: others do the work, this process follows and prints what it came to. */
export async function followInPool(
  request: Pick<RunInPoolOptions, "input" | "out" | "redis" | "config" | "given" | "update">,
  flags: PoolRunFlags,
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

/** Throws {@link UsageError} for a flag that says nothing without a pool. */
export function refusePoolFlags({ waitWorkers, notify }: PoolRunFlags): void {
  const flag = waitWorkers !== undefined ? "--wait-workers" : notify !== undefined ? "--notify" : undefined;
  if (flag === undefined) return;
  throw new UsageError("bad-option", `${flag} is for runs of a pool`, {
    remedy: "Give --redis redis://host:6379 too.",
  });
}
