import { encodeJson, type PartBooks, runLayout } from "@pomona/core";
import { MemoryStore } from "@pomona/store";
import { describe, expect, test } from "vitest";
import { type PublishOptions, publishFiles } from "../src/publish-files.ts";
import { bundleFile } from "./fake-pool.ts";
import { keysOf } from "./scene.ts";

const run = "r";

/** A generation of `parts` parts of one row each; of each part one image is in quarantine. */
async function make(out: MemoryStore, generation: number, parts: number): Promise<void> {
  const names = runLayout(run).generation(generation);
  for (const name of ["scaler.json", "pca.json", "bundle.json"])
    await out.put(names.modelFile(name), Buffer.from(`${generation}`));
  for (let part = 0; part < parts; part++) {
    const books: PartBooks = {
      name: "pomona.part-books",
      version: 1,
      part,
      from: part,
      to: part + 1,
      listed: 2,
      rows: 1,
      bytes: 1,
      sha256: "",
      labels: { apple: 1 },
      quarantined: [{ key: `a, "${part}".jpg`, label: "apple", stage: "get", reason: "missing", detail: "no\nfile" }],
    };
    await out.put(names.partBooks(part), encodeJson(books));
    await out.put(names.part(part), Buffer.from(`${generation}.${part}`));
    for (const flavour of ["compact", "full"]) {
      await out.put(names.csv(part, flavour), Buffer.from(`${flavour} ${part}\n`));
    }
  }
}

function publish(out: MemoryStore, options: Partial<PublishOptions> = {}): Promise<void> {
  const parts = options.parts ?? 2;
  return publishFiles({
    out,
    run,
    generation: 1,
    parts,
    rows: parts,
    csv: "compact",
    components: 2,
    bundle: bundleFile,
    pathOf: (key) => `s3://b/${key}`,
    beforeEach: async () => {},
    ...options,
  });
}

const read = async (out: MemoryStore, key: string) => Buffer.from(await out.get(key)).toString();
const results = async (out: MemoryStore) => (await keysOf(out)).filter((key) => !key.startsWith("_run/"));
const shared = [
  "model/bundle.json",
  "model/pca.json",
  "model/scaler.json",
  "parquet/part-00000.parquet",
  "parquet/part-00001.parquet",
  "quarantine.csv",
];

describe("publishing files", () => {
  test("gives each its final name, twice as well as once", async () => {
    const out = new MemoryStore();
    await make(out, 1, 2);
    await publish(out);
    await publish(out);
    expect(await results(out)).toEqual([...shared, "result.csv"]);
    expect(await read(out, "result.csv")).toBe("path,label,pca_1,pca_2\ncompact 0\ncompact 1\n");
    expect(await read(out, "parquet/part-00001.parquet")).toBe("1.1");
    expect(await read(out, "quarantine.csv")).toBe(
      'path,label,stage,reason,detail\n"s3://b/a, ""0"".jpg",apple,get,missing,"no\nfile"\n' +
        '"s3://b/a, ""1"".jpg",apple,get,missing,"no\nfile"\n',
    );
  });

  test("removes what an earlier generation had more of", async () => {
    const out = new MemoryStore();
    await make(out, 1, 4);
    await make(out, 2, 2);
    await publish(out, { parts: 4, oneFileRows: 1 });
    await publish(out, { generation: 2 });
    expect(await results(out)).toEqual([...shared, "result.csv"]);
    expect(await read(out, "parquet/part-00000.parquet")).toBe("2.0");
    expect(await read(out, "model/pca.json")).toBe("2");
  });

  test("writes the CSV in parts above a number of rows, each with the header", async () => {
    const out = new MemoryStore();
    await make(out, 1, 2);
    await publish(out);
    await publish(out, { csv: "full", oneFileRows: 1 });
    expect(await results(out)).toEqual(["csv/part-00000.csv", "csv/part-00001.csv", ...shared]);
    expect(await read(out, "csv/part-00001.csv")).toBe("path,label,features,scaledFeatures,pcaFeatures\nfull 1\n");
  });

  test("removes the CSV where none is wanted", async () => {
    const out = new MemoryStore();
    await make(out, 1, 2);
    await publish(out);
    await publish(out, { csv: "none" });
    expect(await results(out)).toEqual(shared);
  });

  test("stops before the write that it may no longer do", async () => {
    const out = new MemoryStore();
    await make(out, 1, 2);
    let writes = 0;
    const beforeEach = async () => {
      if (writes++ === 1) throw new Error("stood down");
    };
    await expect(publish(out, { beforeEach })).rejects.toThrow("stood down");
    expect(await results(out)).toEqual(["parquet/part-00000.parquet"]);
  });
});
