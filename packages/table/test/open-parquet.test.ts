import { StoreUnavailableError } from "@pomona/core";
import { MemoryStore } from "@pomona/store";
import { expect, test } from "vitest";
import { encodeParquet } from "../src/encode-parquet.ts";
import { openParquet } from "../src/open-parquet.ts";
import { tableSchema, toRecordBatch } from "../src/table-schema.ts";

const schema = tableSchema({ dimension: 2, components: 1, extra: [] });

/** Two row groups of three rows. */
async function* groups() {
  for (const first of [0, 3]) {
    const numbers = [first, first + 1, first + 2];
    const vectors = Float32Array.from(numbers.flatMap((i) => [i, -i]));
    yield toRecordBatch(schema, {
      path: numbers.map((i) => `p${i}`),
      label: numbers.map(() => "l"),
      features: vectors,
      // Not the same buffer twice: Arrow's writer would join the two.
      scaledFeatures: vectors.slice(),
      pcaFeatures: Float64Array.from(numbers),
      modificationTime: [],
      length: [],
      etag: [],
    });
  }
}

/** Fails every read after the first `reads`. */
class FailingStore extends MemoryStore {
  #reads: number;
  constructor(reads: number) {
    super();
    this.#reads = reads;
  }
  override async get(...parameters: Parameters<MemoryStore["get"]>): Promise<Uint8Array> {
    if (this.#reads-- <= 0) throw new StoreUnavailableError("get", parameters[0], this.uri, new Error("reset"));
    return super.get(...parameters);
  }
}

async function storeTable(store: MemoryStore): Promise<number> {
  await store.put("t.parquet", encodeParquet(groups(), { rowsPerGroup: 3 }));
  return (await store.stat("t.parquet"))!.size;
}

test("reads one row group after the other, of the columns asked for", async () => {
  const store = new MemoryStore();
  const file = await openParquet(store, "t.parquet", await storeTable(store));
  expect(file.schema.names).toEqual(["path", "label", "features", "scaledFeatures", "pcaFeatures"]);
  const paths: string[][] = [];
  for await (const table of file.tables(["path"])) {
    expect(table.schema.names).toEqual(["path"]);
    paths.push(Array.from(table.getChild("path")!, String));
  }
  expect(paths).toEqual([
    ["p0", "p1", "p2"],
    ["p3", "p4", "p5"],
  ]);
  file.close();
});

test.each([0, 1, 2, 3])("rejects with the store's error when read %i fails", async (reads) => {
  const store = new FailingStore(reads);
  const size = await storeTable(store);
  async function readAll(): Promise<void> {
    const file = await openParquet(store, "t.parquet", size);
    for await (const _ of file.tables()) void _;
  }
  await expect(readAll()).rejects.toThrow(StoreUnavailableError);
});
