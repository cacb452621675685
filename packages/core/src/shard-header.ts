import { RecordBatchReader } from "apache-arrow";
import type { QuarantinedImage } from "./quarantine.ts";

/** What stands before the columns of a shard. */
export interface ShardHeader {
  readonly run: string;
  readonly batch: number;
  readonly quarantined: readonly QuarantinedImage[];
}

/** `ARROW1`, padded to 8 bytes. */
const magicBytes = 8;

/**
 * Reads the header from the first bytes of a shard: a shard of 256 rows has 1.3 MB, its header less than a kilobyte unless
 * much is in quarantine. Undefined where these bytes are too few, or no shard. The columns are not looked at, so nothing
 * says that they are whole.
 */
export function decodeShardHeader(start: Uint8Array): ShardHeader | undefined {
  try {
    const { metadata } = RecordBatchReader.from(start.subarray(magicBytes)).open().schema;
    const quarantined = metadata.get("quarantine");
    if (metadata.get("name") !== "pomona.shard" || quarantined === undefined) return undefined;
    return {
      run: metadata.get("run") ?? "",
      batch: Number(metadata.get("batch")),
      quarantined: JSON.parse(quarantined) as QuarantinedImage[],
    };
  } catch {
    return undefined;
  }
}
