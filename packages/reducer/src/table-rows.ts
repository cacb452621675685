import type { ModelFile, OpenRun } from "@pomona/core";
import { runLayout, ShardError } from "@pomona/core";
import { projectRows, scaleRows } from "@pomona/stats";
import { objectUri } from "@pomona/store";
import type { TableRows } from "@pomona/table";
import { pcaOf } from "./model-parts.ts";
import { type BatchShard, readShards } from "./read-shards.ts";

/** Rows that are made, encoded and written together: a row group of the table, 21 MB at 1280 features. */
export const rowsPerGroup = 1024;

export interface ReadRowsOptions {
  readonly from: number;
  readonly to: number;
  readonly model: ModelFile;
  /** Told of each shard when its turn comes, for the books. */
  readonly onShard: (shard: BatchShard) => void;
}

/**
 * The rows of batches `from` to `to` (exclusive) in listing order, standardised and projected, in groups of exactly
 * {@link rowsPerGroup} but for the last. `features` of a group is overwritten by the next one. A group without rows
 * comes when there are none at all, so that a table always has its columns.
 */
export async function* readRows(
  run: OpenRun,
  { from, to, model, onShard }: ReadRowsOptions,
): AsyncGenerator<TableRows> {
  const d = model.dimension;
  const pca = pcaOf(model);
  const features = new Float32Array(rowsPerGroup * d);
  let images: BatchShard["batch"]["images"] = [];
  let groups = 0;

  const flush = (): TableRows => {
    const raw = features.subarray(0, images.length * d);
    const scaledFeatures = scaleRows(model, raw);
    const rows = {
      path: images.map(({ key }) => objectUri(run.input.uri, key)),
      label: images.map(({ label }) => label),
      features: raw,
      scaledFeatures,
      pcaFeatures: projectRows(pca, scaledFeatures),
      modificationTime: images.map(({ modifiedAt }) => modifiedAt),
      length: images.map(({ size }) => size),
      etag: images.map(({ etag }) => etag),
    };
    images = [];
    groups += 1;
    return rows;
  };

  for await (const { batch, shard } of readShards(run, { from, to, generation: model.generation })) {
    onShard({ batch, shard });
    if (shard.index.length > 0 && shard.dimension !== d) {
      const key = runLayout(run.file.run).shard(shard.batch);
      throw new ShardError(key, `its rows have ${shard.dimension} features, the model ${d}`);
    }
    for (const [row, at] of shard.index.entries()) {
      const image = batch.images[at];
      if (image === undefined) throw new RangeError(`batch ${batch.ordinal} has no image ${at}`);
      features.set(shard.features.subarray(row * d, (row + 1) * d), images.length * d);
      images.push(image);
      if (images.length === rowsPerGroup) yield flush();
    }
  }
  if (images.length > 0 || groups === 0) yield flush();
}
