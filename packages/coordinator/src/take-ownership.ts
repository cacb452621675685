import { type LogEntry, type ObjectStore, PomonaError, type RunLog } from "@pomona/core";

/**
 * Makes this process the owner of an output: appends the claim under the epoch after `seen`, the one that the decision
 * to claim was based on. Of any number of processes that saw the same state exactly one gets through; the others throw
 * {@link PomonaError} `output-in-use`. Returns the new epoch.
 */
export async function takeOwnership(options: {
  readonly out: ObjectStore;
  readonly log: RunLog;
  readonly seen: number;
  readonly claim: (epoch: number) => LogEntry;
}): Promise<number> {
  const { out, log, seen, claim } = options;
  const { epoch } = await log.append((newest) => {
    if (newest.epoch === seen) return claim(seen + 1);
    throw new PomonaError("output-in-use", `another process opened ${out.uri} at the same moment`, {
      remedy: "Wait for it, or choose another output.",
    });
  });
  return epoch;
}
