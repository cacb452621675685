import { exitCodes, UsageError } from "@pomona/core";
import { formatRuns } from "../client/format-runs.ts";
import { listRuns } from "../client/list-runs.ts";
import type { Surroundings } from "../surroundings.ts";
import { inPool, type PlaceFlags } from "./pool-context.ts";

export interface RunsFlags extends PlaceFlags {
  readonly last?: string;
}

/** `pomona runs`: what is registered in the home. */
export function runsCommand(flags: RunsFlags, surroundings: Surroundings): Promise<number> {
  const last = Number(flags.last ?? 50);
  if (!Number.isInteger(last) || last < 1) throw new UsageError("bad-option", "--last: expected a whole number ≥ 1");
  return inPool(flags, surroundings, async ({ home, s3, queue, print }) => {
    const runs = await listRuns({ home, s3, registry: queue?.registry, last });
    print({ home: home.uri, runs }, formatRuns(runs, new Date()));
    return exitCodes.done;
  });
}
