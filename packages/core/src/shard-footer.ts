import { RecordBatchReader } from "apache-arrow";
import type { QuarantinedImage } from "./quarantine.ts";

/** What a shard says of itself after its columns. */
export interface ShardFooter {
  readonly run: string;
  readonly batch: number;
  readonly quarantined: readonly QuarantinedImage[];
}

/** By which a reader knows a file from a stream. */
const magic = Buffer.from("ARROW1\0\0");

/**
 * Reads the metadata from the last bytes of a shard: a shard of 256 rows has 1.3 MB, its footer about a kilobyte unless much
 * is in quarantine. Undefined where these bytes are too few, or of no shard. The columns are not looked at, so nothing says
 * that they are whole.
 */
export function decodeShardFooter(end: Uint8Array): ShardFooter | undefined {
  try {
    const { metadata } = RecordBatchReader.from(Buffer.concat([magic, end])).open().schema;
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
