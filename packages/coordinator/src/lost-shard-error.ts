import { type JobFailure, PomonaError } from "@pomona/core";

/** A process met a shard that is gone or damaged (and removed it): what is missing is to be made again. */
export class LostShardError extends PomonaError {
  override readonly name = "LostShardError";
  constructor(message: string) {
    super("damaged-shard", message, { remedy: "Check the disk or bucket: shards keep getting lost." });
  }
}

/** Failures that mean "make that shard again": the coordinator goes back, it does not give up. */
const lostShard = new Set(["damaged-shard", "missing-shard"]);

export function refuseLostShard({ code, message }: JobFailure): void {
  if (lostShard.has(code)) throw new LostShardError(message);
}
