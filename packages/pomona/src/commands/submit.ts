import { exitCodes, UsageError } from "@pomona/core";
import { connectQueue } from "@pomona/queue";
import { homeOfPool } from "../client/home-of-pool.ts";
import { describeMissing, liveRoles } from "../client/live-roles.ts";
import { poolFlag } from "../client/pool-flag.ts";
import { submitToPool } from "../client/run-in-pool.ts";
import type { Submitted } from "../client/submit-run.ts";
import type { Surroundings } from "../surroundings.ts";
import { withClosers } from "../with-closers.ts";
import { configOf } from "./config-of.ts";
import type { PlaceFlags } from "./pool-context.ts";
import { printer } from "./printer.ts";

export interface SubmitFlags extends PlaceFlags {
  readonly out?: string;
  readonly overwrite?: boolean;
  readonly refit?: boolean;
  readonly notify?: string;
}

const words: Readonly<Record<Submitted["outcome"], string>> = {
  submitted: "submitted",
  attached: "was submitted before and is not over",
  finished: "finished this already: nothing to do (--overwrite starts again)",
};

/** `pomona submit <input> --out <folder>`: prints the run's id. */
export async function submitCommand(input: string, flags: SubmitFlags, surroundings: Surroundings): Promise<number> {
  const { cwd, stderr, env, user, signal } = surroundings;
  const config = await configOf(flags, surroundings);
  const { redis } = config.machine;
  if (flags.out === undefined) {
    throw new UsageError("bad-option", "--out <folder> is missing", { remedy: `pomona submit ${input} --out result` });
  }
  if (redis === undefined) throw noPool();
  const { out } = flags;
  return withClosers(async (onClose) => {
    const queue = await connectQueue({ url: redis, role: "producer" });
    onClose(() => queue.close());
    const { registry } = queue;
    const onNotice = (notice: string): void => void stderr.write(`${notice}\n`);
    const home = await homeOfPool({ registry, homeFlag: flags.home, cwd, waitMs: 0, onNotice, signal });
    const submitted = await submitToPool({
      registry,
      input,
      out,
      config,
      home,
      cwd,
      submittedBy: user,
      notify: flags.notify,
      ...(flags.overwrite && { overwrite: true }),
      ...(flags.refit && { refit: true }),
    });
    const { run, outcome } = submitted;
    onNotice(`Run ${run} ${words[outcome]}.`);
    const missing = outcome === "finished" ? undefined : describeMissing(await liveRoles(registry));
    if (missing !== undefined) onNotice(`This pool has ${missing} now: the run waits for them.`);
    if (outcome !== "finished") onNotice(`Follow it: pomona status ${run} --watch${poolFlag(redis, env)}`);
    printer(flags, surroundings)({ run, outcome, out: submitted.out.uri, home }, `${run}\n`);
    return exitCodes.done;
  });
}

function noPool(): UsageError {
  return new UsageError("no-redis", "no pool is named", {
    remedy: "Give --redis redis://host:6379 or POMONA_REDIS; pomona run works without a pool.",
  });
}
