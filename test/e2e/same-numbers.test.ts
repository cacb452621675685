import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { copyPhotos } from "../support/copy-photos.ts";
import { mustRun, runArguments } from "../support/pomona.ts";
import { readTable, type TableRow } from "../support/read-table.ts";
import { makeScratch } from "../support/scratch.ts";

/** Of the real photos: enough that no two component directions are close to each other. */
const photos = 300;

/** Machine and batching options that must change no number; the first is what the others are compared with. */
const variants = [
  { batchSize: 64, workers: 2, inferBatch: 8 },
  { batchSize: 7, workers: 4, inferBatch: 32 },
  { batchSize: 256, workers: 1, inferBatch: 1 },
  { batchSize: 64, workers: 4, inferBatch: 1 },
  { batchSize: 256, workers: 1, inferBatch: 32 },
  { batchSize: 64, workers: 2, inferBatch: 32, decoders: 1 },
  { batchSize: 7, workers: 2, inferBatch: 4, decoders: 3 },
] as const;

describe("the same numbers", () => {
  let scratch: string;
  let input: string;
  let expected: TableRow[];
  const outOf = (i: number): string => join(scratch, `out-${i}`);

  async function runVariant(i: number): Promise<TableRow[]> {
    const { batchSize, workers, inferBatch, ...more } = variants[i];
    const decoders = "decoders" in more ? ["--decoders", more.decoders] : [];
    const flags = ["--batch-size", batchSize, "--workers", workers, "--infer-batch", inferBatch, ...decoders].map(
      String,
    );
    const { json } = await mustRun(runArguments(input, outOf(i), ...flags), { scratch });
    expect(json).toMatchObject({ images: photos, featurized: photos });
    return readTable(outOf(i));
  }

  beforeAll(async () => {
    scratch = await makeScratch("numbers");
    input = join(scratch, "input");
    await copyPhotos(input, photos);
    expected = await runVariant(0);
  });

  it.each(variants.slice(1).map((variant, i) => [JSON.stringify(variant), i + 1] as const))(
    "come with %s",
    async (_, i) => {
      const rows = await runVariant(i);
      expect(rows.map(({ path, label }) => [path, label])).toEqual(expected.map(({ path, label }) => [path, label]));
      const differing = rows.filter(({ features }, row) => !sameBytes(features, expected[row].features));
      expect(differing.map(({ path }) => path)).toEqual([]);
      const [model, other] = await Promise.all([readModel(outOf(0)), readModel(outOf(i))]);
      expect(model.length).toBeGreaterThan(5000);
      expect(other).toHaveLength(model.length);
      expect(largestDifference(model, other)).toBeLessThan(1e-9);
      expect(
        largestDifference(
          rows.flatMap(({ pcaFeatures }) => [...pcaFeatures]),
          expected.flatMap(({ pcaFeatures }) => [...pcaFeatures]),
        ),
      ).toBeLessThan(1e-6);
    },
  );

  it("come for the first components when more are asked for, and nothing is decoded", async () => {
    const flags = ["--batch-size", "64", "--components", "5", "--refit"];
    const { json } = await mustRun(runArguments(input, outOf(0), ...flags), { scratch });
    console.log(`K from 2 to 5: ${json.decodedImages} images decoded`);
    expect(json).toMatchObject({ components: 5, decodedImages: 0, images: photos });
    const rows = await readTable(outOf(0));
    for (const [i, { features, pcaFeatures }] of rows.entries()) {
      expect(sameBytes(features, expected[i].features)).toBe(true);
      expect(pcaFeatures).toHaveLength(5);
      expect(largestDifference([...pcaFeatures.subarray(0, 2)], [...expected[i].pcaFeatures])).toBeLessThan(1e-9);
    }
  });
});

function sameBytes(a: Float32Array, b: Float32Array): boolean {
  return Buffer.from(a.buffer).equals(Buffer.from(b.buffer));
}

/** Every number of the model files in their order: means, deviations, loadings, eigenvalues. */
async function readModel(out: string): Promise<number[]> {
  const files = await Promise.all(
    ["scaler.json", "pca.json"].map((name) => readFile(join(out, "model", name), "utf8")),
  );
  const numbers: number[] = [];
  for (const file of files) {
    JSON.parse(file, (_, value) => {
      if (typeof value === "number") numbers.push(value);
      return value;
    });
  }
  return numbers;
}

/** Relative to the larger where that is above 1. */
function largestDifference(a: readonly number[], b: readonly number[]): number {
  return a.reduce((most, x, i) => Math.max(most, Math.abs(x - b[i]) / Math.max(1, Math.abs(x))), 0);
}
