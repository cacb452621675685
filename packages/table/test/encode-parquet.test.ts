import { expect, test } from "vitest";
import { encodeParquet } from "../src/encode-parquet.ts";
import { tableSchema, toRecordBatch } from "../src/table-schema.ts";

const schema = tableSchema({ dimension: 4, components: 2, extra: [] });

function batchOf(rows: number) {
  return toRecordBatch(schema, {
    path: Array.from({ length: rows }, (_, i) => `p${i}`),
    label: Array.from({ length: rows }, () => "l"),
    features: new Float32Array(rows * 4),
    scaledFeatures: new Float32Array(rows * 4),
    pcaFeatures: new Float64Array(rows * 2),
    modificationTime: [],
    length: [],
    etag: [],
  });
}

async function readAll(pieces: AsyncIterable<Uint8Array>) {
  for await (const _ of pieces);
}

test("an error of the source is thrown after the first, a middle or no batch", async () => {
  for (const before of [0, 1, 3]) {
    async function* batches() {
      for (let i = 0; i < before; i++) yield batchOf(8);
      throw new TypeError("torn source");
    }
    await expect(readAll(encodeParquet(batches(), { rowsPerGroup: 8 }))).rejects.toThrow(new TypeError("torn source"));
  }
});

test("pulls batches as pieces are taken, and lets the source go when the consumer leaves", async () => {
  let given = 0;
  let closed = false;
  async function* batches() {
    try {
      for (; given < 100; given++) yield batchOf(4096);
    } finally {
      closed = true;
    }
  }
  for await (const piece of encodeParquet(batches(), { rowsPerGroup: 4096 })) {
    expect(piece.byteLength).toBeGreaterThan(0);
    break;
  }
  expect(given).toBeLessThan(6);
  expect(closed).toBe(true);
});
