import type { BundleFile, Fingerprint, ObjectStore } from "@pomona/core";
import {
  createMomentsAccumulator,
  createTypescriptCrossProduct,
  fitPca,
  fitScaler,
  projectRows,
  scaleRows,
} from "@pomona/stats";
import { MemoryStore } from "@pomona/store";
import { encodeParquet, tableSchema, toRecordBatch } from "@pomona/table";
import type { BuildBundleOptions } from "../src/build-bundle.ts";

export const fingerprint: Fingerprint = {
  name: "pomona.fingerprint",
  version: 1,
  decode: "1",
  libvips: "8.18",
  resample: "pillow-bicubic-1",
  exifRotate: false,
  network: "mobilenet_v2_1.0_224",
  weights: "0123",
  engine: "onnxruntime",
  precision: "float32",
};

export const preparation: BundleFile["preparation"] = {
  resampler: "pillow",
  filter: "bicubic",
  exifRotate: false,
  maxPixels: 1000,
  maxBytes: 1000,
};

/** Deterministic numbers in [−1, 1). */
export function noise(count: number, seed: number): Float32Array {
  let state = seed;
  return Float32Array.from({ length: count }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    return state / 2 ** 31;
  });
}

export interface MadeTable extends BuildBundleOptions {
  readonly store: ObjectStore;
  readonly paths: readonly string[];
  readonly labelOf: readonly string[];
  readonly features: Float32Array;
  readonly pcaFeatures: Float64Array;
}

/** A table of d = 6 features in `parts` files: two series of each label, each label around a place of its own. */
export async function makeTable({ labels = ["pear", "apple", "fig"], each = 20, parts = 2 } = {}): Promise<MadeTable> {
  const d = 6;
  const sorted = [...labels].sort();
  const paths = sorted.flatMap((label) =>
    Array.from({ length: each }, (_, i) => `file:///photos/${label}/r${i % 2}_${String(i).padStart(3, "0")}.jpg`),
  );
  const labelOf = sorted.flatMap((label) => Array<string>(each).fill(label));
  const centres = noise(sorted.length * d, 5);
  const features = noise(paths.length * d, 9).map(
    (x, at) => x + 1.5 * centres[sorted.indexOf(labelOf[Math.floor(at / d)]) * d + (at % d)],
  );
  const accumulator = createMomentsAccumulator({ dimension: d, crossProduct: createTypescriptCrossProduct() });
  await accumulator.push(features);
  const moments = await accumulator.finish();
  const scaler = fitScaler(moments);
  const pca = fitPca({ moments, components: 3 });
  const { k } = pca;
  const scaledFeatures = scaleRows(scaler, features);
  const pcaFeatures = projectRows(pca, scaledFeatures);
  const store = new MemoryStore();
  const schema = tableSchema({ dimension: d, components: k, extra: [] });
  const files = [];
  for (let part = 0; part < parts; part++) {
    const [from, to] = [part, part + 1].map((n) => Math.floor((n * paths.length) / parts));
    const none = Array(to - from).fill(undefined);
    async function* batches() {
      yield toRecordBatch(schema, {
        path: paths.slice(from, to),
        label: labelOf.slice(from, to),
        features: features.slice(from * d, to * d),
        scaledFeatures: scaledFeatures.slice(from * d, to * d),
        pcaFeatures: pcaFeatures.slice(from * k, to * k),
        modificationTime: none,
        length: none,
        etag: none,
      });
    }
    const pieces: Uint8Array[] = [];
    for await (const piece of encodeParquet(batches(), { rowsPerGroup: 16 })) pieces.push(piece);
    const bytes = Buffer.concat(pieces);
    const key = `part-${part}.parquet`;
    await store.put(key, bytes);
    files.push({ key, bytes: bytes.length });
  }
  const counts = new Map(labels.map((label) => [label, each]));
  return { store, files, labels: counts, scaler, pca, fingerprint, preparation, paths, labelOf, features, pcaFeatures };
}
