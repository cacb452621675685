import { type Retried, retryRun } from "@pomona/coordinator";
import { exitCodes } from "@pomona/core";
import { findRun } from "../client/find-run.ts";
import { formatCount } from "../format.ts";
import type { Surroundings } from "../surroundings.ts";
import { inPool, type PlaceFlags } from "./pool-context.ts";

export interface RetryFlags extends PlaceFlags {
  readonly path?: readonly string[];
  readonly reason?: readonly string[];
}

/** `pomona retry <run>`: an entry in the run's log, which whoever drives it follows. */
export function retryCommand(run: string, flags: RetryFlags, surroundings: Surroundings): Promise<number> {
  return inPool(flags, surroundings, async ({ home, s3, queue, print }) => {
    const { out, log } = await findRun(home, run, s3);
    const { path: paths, reason: reasons } = flags;
    const selection = { ...(paths && { paths: [...paths] }), ...(reasons && { reasons: [...reasons] }) };
    const retried = await retryRun({ out, log, run, selection, by: surroundings.user, now: () => new Date() });
    await queue?.registry.poke(run);
    print({ run, operation: "retry", ...retried }, `${describe(run, retried)}\n`);
    return exitCodes.done;
  });
}

function describe(run: string, { changed, images, generation }: Retried): string {
  if (!changed) return `Run ${run} is not over: nothing to retry.`;
  if (images === undefined) return `Run ${run} is open again and waits for a coordinator, or for the same pomona run.`;
  const what = `${formatCount(images, "quarantined image")} of run ${run}`;
  return `${what} will be tried again for generation ${generation}, by a coordinator or by the same pomona run.`;
}
