import type { Batch } from "./batch.ts";
import type { QuarantinedImage } from "./quarantine.ts";
import type { ImageVersion, Shard } from "./shard.ts";

/**
 * A batch's shard with what was tried again later laid over it: of an image that is in several, the last one counts.
 * Answers `base` itself where nothing was.
 */
export function mergeShards(base: Shard, retried: readonly Shard[]): Shard {
  if (retried.length === 0) return base;
  const { dimension } = base;
  const rows = new Map<number, Float32Array>();
  const quarantined = new Map<number, QuarantinedImage>();
  const versions = new Map<number, ImageVersion>();
  for (const shard of [base, ...retried]) {
    for (const [row, at] of shard.index.entries()) {
      rows.set(at, shard.features.subarray(row * dimension, (row + 1) * dimension));
      quarantined.delete(at);
    }
    for (const image of shard.quarantined) {
      quarantined.set(image.index, image);
      rows.delete(image.index);
    }
    for (const version of shard.versions ?? []) versions.set(version.index, version);
  }
  const index = Uint32Array.from(rows.keys()).sort();
  const features = new Float32Array(index.length * dimension);
  for (const [row, at] of index.entries()) features.set(rows.get(at) ?? [], row * dimension);
  return {
    ...base,
    index,
    features,
    quarantined: [...quarantined.values()].sort(byIndex),
    versions: [...versions.values()].sort(byIndex),
  };
}

/** The batch with its images as they were when they were tried last. */
export function withVersions(batch: Batch, versions: readonly ImageVersion[] = []): Batch {
  if (versions.length === 0) return batch;
  const images = [...batch.images];
  for (const { index, ...version } of versions) {
    const listed = images[index];
    if (listed !== undefined) images[index] = { key: listed.key, label: listed.label, ...version };
  }
  return { ...batch, images };
}

function byIndex(a: { readonly index: number }, b: { readonly index: number }): number {
  return a.index - b.index;
}
