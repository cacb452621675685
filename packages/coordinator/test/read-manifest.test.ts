import type { ListedImage } from "@pomona/core";
import { MemoryStore } from "@pomona/store";
import { describe, expect, test } from "vitest";
import { readManifest } from "../src/read-manifest.ts";

async function storeOf(...keys: string[]): Promise<MemoryStore> {
  const store = new MemoryStore();
  for (const key of keys) await store.put(key, Buffer.from(key));
  return store;
}

async function read(csv: string | Uint8Array, after: string | null = null, input = new MemoryStore(), name = "m.csv") {
  const images: ListedImage[] = [];
  const source = await readManifest(Buffer.from(csv as string), name, input);
  for await (const image of source(after)) images.push(image);
  return images;
}

const refused = (message: string | RegExp) => ({
  code: "bad-manifest",
  exitCode: 2,
  message: expect.stringMatching(message),
});

describe("a manifest", () => {
  test("is put into the order of keys and looked up", async () => {
    const input = await storeOf("a/1.jpg", "b/2.jpg");
    const images = await read("path,label\nb/2.jpg,pear\n./a/1.jpg,apple\n", null, input);
    expect(images).toMatchObject([
      { key: "a/1.jpg", label: "apple", size: 7, modifiedAt: expect.any(Number), etag: "1" },
      { key: "b/2.jpg", label: "pear", size: 7 },
    ]);
  });

  test("may have a byte order mark, other columns, quotes and CRLF", async () => {
    const [image] = await read('\uFEFFn,path,label\r\n1,"a, ""b"".jpg",x\r\n\r\n');
    expect(image).toMatchObject({ key: 'a, "b".jpg', label: "x" });
  });

  test("names images that are not there without a size", async () => {
    expect(await read("path,label\ngone.jpg,x\n")).toEqual([{ key: "gone.jpg", label: "x", size: 0, modifiedAt: 0 }]);
  });

  test.each([
    [null, ["a", "b", "c", "d"]],
    ["a", ["b", "c", "d"]],
    ["bb", ["c", "d"]],
    ["d", []],
    ["z", []],
  ])("is given after %j", async (after, expected) => {
    const images = await read("path,label\nc,x\na,x\nd,x\nb,x\n", after);
    expect(images.map(({ key }) => key)).toEqual(expected);
  });

  test("longer than the look-ahead comes in order and whole", async () => {
    const keys = Array.from({ length: 100 }, (_, i) => `k${String(i).padStart(3, "0")}`);
    const images = await read(`path,label\n${keys.map((key) => `${key},x`).join("\n")}`);
    expect(images.map(({ key }) => key)).toEqual(keys);
  });

  test.each([
    ["path,label\na,x\n./a,x\n", /names a twice/],
    ["file,class\na,x\n", /^m\.csv, row 1: needs the columns path and label/],
    ["path,label\na,x\n,x\n", /row 2/],
    ["path,label\na,x,y\n", /is no CSV/],
    ['path,label\n"a,x\n', /is no CSV/],
    ["path,label\n/data/a.jpg,x\n", /row 1: \/data\/a\.jpg is no path below the input/],
    ["path,label\ns3://bucket/a.jpg,x\n", /no path below the input/],
    ["path,label\n../a.jpg,x\n", /no path below the input/],
    ["path,label\na/,x\n", /no path below the input/],
  ])("%j is refused", async (csv, message) => {
    await expect(read(csv)).rejects.toMatchObject(refused(message));
  });

  test("in Parquet is read by its columns", async () => {
    const images = await read(await parquet("b.jpg", "a.jpg"), null, undefined, "m.PARQUET");
    expect(images).toMatchObject([
      { key: "a.jpg", label: "label of a.jpg" },
      { key: "b.jpg", label: "label of b.jpg" },
    ]);
  });

  test("that is no Parquet is refused", async () => {
    await expect(read("path,label\n", null, undefined, "m.parquet")).rejects.toMatchObject(refused(/is no Parquet/));
    await expect(read(await parquet(), null, undefined, "m.parquet")).resolves.toEqual([]);
  });
});

/** A Parquet file with these paths, written by DuckDB. */
async function parquet(...paths: string[]): Promise<Uint8Array> {
  const [{ DuckDBInstance }, { mkdtemp, readFile, rm }, { tmpdir }, { join }] = await Promise.all([
    import("@duckdb/node-api"),
    import("node:fs/promises"),
    import("node:os"),
    import("node:path"),
  ]);
  const folder = await mkdtemp(join(tmpdir(), "pomona-manifest-"));
  const database = await DuckDBInstance.create();
  try {
    const connection = await database.connect();
    const values = paths.map((path) => `('${path}')`).join(",") || "(NULL)";
    const rows = `SELECT 1 AS n, path, 'label of ' || path AS label FROM (VALUES ${values}) AS v(path) WHERE path IS NOT NULL`;
    await connection.run(`COPY (${rows}) TO '${folder}/m.parquet'`);
    connection.closeSync();
    return await readFile(`${folder}/m.parquet`);
  } finally {
    database.closeSync();
    await rm(folder, { recursive: true });
  }
}
