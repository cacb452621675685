import { operateRun } from "@pomona/coordinator";
import { exitCodes, type QueueName } from "@pomona/core";
import type { PlainOperation } from "../api/pool-operations.ts";
import { findRun } from "../client/find-run.ts";
import type { Surroundings } from "../surroundings.ts";
import { inPool, type PlaceFlags } from "./pool-context.ts";

const said: Readonly<Record<PlainOperation, { readonly changed: string; readonly same: string }>> = {
  pause: { changed: "is paused: batches in hand are finished, no more are handed out", same: "is paused already" },
  resume: { changed: "goes on", same: "was not paused" },
  cancel: { changed: "is cancelled; pomona retry goes on with it", same: "is cancelled already" },
};

/** `pomona pause|resume|cancel <run>`: an entry in the run's log, which whoever drives it follows. */
export function operateCommand(
  operation: PlainOperation,
  run: string,
  flags: PlaceFlags,
  surroundings: Surroundings,
): Promise<number> {
  return inPool(flags, surroundings, async ({ home, s3, queue, print }) => {
    const { log } = await findRun(home, run, s3);
    const changed = await operateRun(operation, { log, run, by: surroundings.user, now: () => new Date() });
    await queue?.registry.poke(run);
    if (changed && operation === "cancel") {
      const names: readonly QueueName[] = ["features", "reduce"];
      await Promise.all(names.map((name) => queue?.removeWaiting(name, run)));
    }
    print({ run, operation, changed }, `Run ${run} ${said[operation][changed ? "changed" : "same"]}.\n`);
    return exitCodes.done;
  });
}
