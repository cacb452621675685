import {
  type Batch,
  batchHash,
  decodeBatch,
  encodeBatch,
  encodeJson,
  encodeRetried,
  encodeShard,
  featureOptions,
  fingerprintHash,
  type GenerationRequest,
  type ListedImage,
  modelOptions,
  type ObjectStore,
  type OpenRun,
  type QuarantinedImage,
  type RunFile,
  type RunSettings,
  runLayout,
  type Shard,
} from "@pomona/core";
import { MemoryStore } from "@pomona/store";
import { fingerprint } from "../../../test/fixtures/fingerprint.ts";

export interface SyntheticRunOptions {
  /** Images of each batch. */
  readonly batches: readonly number[];
  /** d. Default 6. */
  readonly dimension?: number;
  /** Images without a row, as `batch:index`. */
  readonly quarantined?: readonly string[];
  readonly model?: Record<string, unknown>;
  readonly out?: ObjectStore;
  /** Value of feature j of the row-th image of the listing. Default: pseudo-random, column 2 constant. */
  readonly feature?: (row: number, j: number) => number;
  readonly image?: (row: number) => Partial<ListedImage>;
}

export const run = "20260131-120000-abcdef";

/** A run whose shards exist, and the rows that its table must have. */
export async function writeSyntheticRun({
  batches,
  dimension = 6,
  quarantined = [],
  model = { components: 2 },
  out = new MemoryStore(),
  feature = pseudoRandom,
  image = () => ({}),
}: SyntheticRunOptions) {
  const layout = runLayout(run);
  const file: RunFile = {
    name: "pomona.run",
    version: 1,
    protocol: 1,
    run,
    input: "memory:///",
    features: featureOptions.parse({}),
    pomona: "0.1.0",
    at: "2026-01-31T12:00:00Z",
  };
  await out.put(layout.config, encodeJson(file));
  await out.put(layout.fingerprint, encodeJson(fingerprint));
  const rows: { image: ListedImage; features: Float32Array }[] = [];
  let listed = 0;
  for (const [ordinal, n] of batches.entries()) {
    const images = Array.from({ length: n }, (_, i) => listedImage(listed + i, image(listed + i)));
    const batch: Batch = {
      name: "pomona.batch",
      version: 1,
      run,
      ordinal,
      listedBefore: listed,
      after: null,
      last: images.at(-1)?.key ?? null,
      end: n === 0,
      images,
    };
    await out.put(layout.batch(ordinal), encodeBatch(batch));
    if (n === 0) continue;
    const bad = [...images.keys()].filter((i) => quarantined.includes(`${ordinal}:${i}`));
    const quarantine: QuarantinedImage[] = bad.map((index) => ({
      index,
      stage: "decode",
      reason: "truncated",
      detail: "premature end",
    }));
    const index = Uint32Array.from([...images.keys()].filter((i) => !quarantined.includes(`${ordinal}:${i}`)));
    const features = new Float32Array(index.length * dimension);
    for (const [row, i] of index.entries()) {
      for (let j = 0; j < dimension; j++) features[row * dimension + j] = feature(listed + i, j);
      rows.push({ image: images[i], features: features.subarray(row * dimension, (row + 1) * dimension) });
    }
    await out.put(layout.shard(ordinal), encodeShard(shardOf(batch, { index, features, dimension, quarantine })));
    listed += n;
  }
  const settings: RunSettings = {
    name: "pomona.run-settings",
    version: 1,
    csv: "compact",
    maxQuarantine: 0.01,
    giveUpAfter: 10,
  };
  await out.put(runLayout(run).settings, encodeJson(settings));
  const open: OpenRun = { file, settings, out, input: new MemoryStore() };
  await requestGeneration(open, 1, model);
  return { open, openRun: async () => open, rows, layout, out, fingerprint: fingerprintHash(fingerprint) };
}

export async function requestGeneration(
  { out }: OpenRun,
  generation: number,
  model: Record<string, unknown>,
  more: Partial<Pick<GenerationRequest, "layers" | "retry">> = {},
) {
  const request: GenerationRequest = {
    name: "pomona.generation",
    version: 1,
    generation,
    model: modelOptions.parse(model),
    layers: [],
    ...more,
  };
  await out.put(runLayout(run).generation(generation).request, encodeJson(request));
}

/** A generation that tried one image again and read it: its features are all the number of the generation. */
export async function retryImages(
  { open, layout, out }: Awaited<ReturnType<typeof writeSyntheticRun>>,
  { generation, batch, at, layers }: Record<"generation" | "batch" | "at", number> & { readonly layers: number[] },
): Promise<void> {
  await requestGeneration(open, generation, {}, { layers, retry: { of: 1 } });
  await out.put(layout.generation(generation).retried, encodeRetried(generation, [batch]));
  const dimension = 6;
  const features = new Float32Array(dimension).fill(generation);
  const rows = { index: Uint32Array.of(at), features, dimension, quarantine: [] };
  const stored = decodeBatch(await out.get(layout.batch(batch)), "batch");
  const versions = [{ index: at, size: 11 * generation, modifiedAt: generation }];
  await out.put(layout.retriedShard(batch, generation), encodeShard({ ...shardOf(stored, rows), versions }));
}

interface ShardRows {
  readonly index: Uint32Array;
  readonly features: Float32Array;
  readonly dimension: number;
  readonly quarantine: readonly QuarantinedImage[];
}

export function shardOf(batch: Batch, { index, features, dimension, quarantine }: ShardRows): Shard {
  return {
    run,
    batch: batch.ordinal,
    batchHash: batchHash(batch),
    fingerprint: fingerprintHash(fingerprint),
    index,
    features,
    dimension,
    quarantined: quarantine,
  };
}

function listedImage(row: number, given: Partial<ListedImage>): ListedImage {
  const label = ["apple", "pear", "plum"][row % 3];
  const key = `${label}/${String(row).padStart(6, "0")}.jpg`;
  return { key, label, size: 1000 + row, modifiedAt: 1_700_000_000_000 + row, ...given };
}

function pseudoRandom(row: number, j: number): number {
  if (j === 2) return 0.1;
  const x = Math.sin(row * 12.9898 + j * 78.233) * 43758.5453;
  return x - Math.floor(x) + (j === 1 ? row * 0.01 : 0);
}
