import { createHash } from "node:crypto";
import {
  Field,
  FixedSizeList,
  Float32,
  makeData,
  RecordBatch,
  RecordBatchFileWriter,
  Schema,
  Struct,
  tableFromIPC,
  Uint32,
} from "apache-arrow";
import type { ListedImage } from "./batch.ts";
import { PomonaError } from "./errors.ts";
import type { QuarantinedImage } from "./quarantine.ts";

/**
 * The features of one batch: one Arrow IPC file, written once.
 *
 *   schema metadata   run, batch, batchHash, fingerprint, sha256 of the columns, quarantine (JSON),
 *                     versions (JSON, of a retried shard)
 *   index             uint32[n]   position of the image in its batch, ascending
 *   features          fixed_size_list<float32>[n][d]
 */
export interface Shard {
  readonly run: string;
  readonly batch: number;
  readonly batchHash: string;
  /** {@link fingerprintHash} of the run's fingerprint. */
  readonly fingerprint: string;
  /** [n] */
  readonly index: Uint32Array;
  /** [n, d], row-major. */
  readonly features: Float32Array;
  readonly dimension: number;
  /** In ascending order of index; together with `index` they cover the batch exactly, or what was retried of it. */
  readonly quarantined: readonly QuarantinedImage[];
  /** Of retried images: the version that was tried, in ascending order of index. */
  readonly versions?: readonly ImageVersion[];
}

/** What the store said of an image of the batch when it was tried again. */
export interface ImageVersion extends Pick<ListedImage, "size" | "modifiedAt" | "etag"> {
  readonly index: number;
}

/** Same shard, same bytes: nothing of time, host or attempt is in it. */
export function encodeShard(shard: Shard): Uint8Array {
  const { index, features, dimension } = shard;
  const rows = index.length;
  if (features.length !== rows * dimension) {
    throw new RangeError(`shard of ${rows} rows of ${dimension} holds ${features.length} values`);
  }
  const metadata = new Map([
    ["name", "pomona.shard"],
    ["version", "1"],
    ["run", shard.run],
    ["batch", String(shard.batch)],
    ["batchHash", shard.batchHash],
    ["fingerprint", shard.fingerprint],
    ["dimension", String(dimension)],
    ["sha256", contentHash(index, features)],
    ["quarantine", JSON.stringify(shard.quarantined)],
    ...(shard.versions === undefined ? [] : [["versions", JSON.stringify(shard.versions)] as const]),
  ]);
  const listType = new FixedSizeList(dimension, new Field("item", new Float32(), false));
  const fields = [new Field("index", new Uint32(), false), new Field("features", listType, false)];
  const values = makeData({ type: new Float32(), data: features });
  const columns = [
    makeData({ type: new Uint32(), data: index }),
    makeData({ type: listType, length: rows, nullCount: 0, child: values }),
  ];
  const schema = new Schema(fields, metadata);
  const data = makeData({ type: new Struct(fields), length: rows, nullCount: 0, children: columns });
  const writer = new RecordBatchFileWriter();
  writer.reset(undefined, schema);
  writer.write(new RecordBatch(schema, data));
  writer.finish();
  return writer.toUint8Array(true);
}

/** Throws {@link ShardError} where the bytes are damaged or not a shard of this version. */
export function decodeShard(bytes: Uint8Array, key: string): Shard {
  const table = readTable(bytes, key);
  const metadata = table.schema.metadata;
  const read = (name: string): string => {
    const value = metadata.get(name);
    if (value === undefined) throw new ShardError(key, `its header has no ${name}`);
    return value;
  };
  if (read("name") !== "pomona.shard" || read("version") !== "1") throw new ShardError(key, "it is of another version");
  const record = table.batches[0];
  const dimension = Number(read("dimension"));
  // Arrow pads buffers to 8 bytes, and its typed arrays show the padding.
  const rows = record?.numRows ?? 0;
  const index = (record?.getChild("index")?.data[0]?.values ?? new Uint32Array()).subarray(0, rows);
  const values = record?.getChild("features")?.data[0]?.children[0]?.values ?? new Float32Array();
  const features = values.subarray(0, rows * dimension);
  if (contentHash(index, features) !== read("sha256")) throw new ShardError(key, "its content does not match its hash");
  return {
    run: read("run"),
    batch: Number(read("batch")),
    batchHash: read("batchHash"),
    fingerprint: read("fingerprint"),
    index,
    features,
    dimension,
    quarantined: JSON.parse(read("quarantine")) as QuarantinedImage[],
    ...(metadata.has("versions") && { versions: JSON.parse(read("versions")) as ImageVersion[] }),
  };
}

/** A shard that cannot be trusted. It is named, removed and made anew; never skipped. */
export class ShardError extends PomonaError {
  override readonly name = "ShardError";
  readonly key: string;
  constructor(key: string, why: string) {
    super("damaged-shard", `shard ${key} is unusable: ${why}`, { remedy: "Run the same command again to remake it." });
    this.key = key;
  }
}

function readTable(bytes: Uint8Array, key: string) {
  try {
    return tableFromIPC<{ index: Uint32; features: FixedSizeList<Float32> }>(bytes);
  } catch (error) {
    throw new ShardError(key, error instanceof Error ? error.message : String(error));
  }
}

function contentHash(index: Uint32Array, features: Float32Array): string {
  const bytesOf = (a: Uint32Array | Float32Array) => new Uint8Array(a.buffer, a.byteOffset, a.byteLength);
  return createHash("sha256").update(bytesOf(index)).update(bytesOf(features)).digest("hex");
}
