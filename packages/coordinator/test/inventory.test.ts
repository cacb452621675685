import { compareKeys, type ListedImage, type ObjectStore } from "@pomona/core";
import { MemoryStore } from "@pomona/store";
import * as arrow from "apache-arrow";
import { Compression, Table, WriterPropertiesBuilder, writeParquet } from "parquet-wasm";
import { describe, expect, it } from "vitest";
import { inventoryKeys } from "../src/inventory.ts";
import { keysFrom } from "../src/keys-from.ts";

/** A row of an inventory in Parquet. Keys are as they are, unlike those of CSV. */
interface Row {
  readonly key: string;
  readonly version_id?: string | null;
  readonly is_latest?: boolean | null;
  readonly is_delete_marker?: boolean | null;
  readonly size?: bigint | null;
  readonly last_modified_date?: Date | null;
  readonly e_tag?: string | null;
  readonly storage_class?: string | null;
}

const time = new Date("2024-01-02T03:04:05.678Z");
const modifiedAt = Date.parse("2024-01-02T03:04:05Z");
const versioned = { is_latest: true, is_delete_marker: false };

/** Name, type and whether it may be null, as S3's message `s3.inventory` has them. */
const columns: readonly [keyof Row | "bucket", arrow.DataType, boolean][] = [
  ["bucket", new arrow.Utf8(), false],
  ["key", new arrow.Utf8(), false],
  ["version_id", new arrow.Utf8(), true],
  ["is_latest", new arrow.Bool(), true],
  ["is_delete_marker", new arrow.Bool(), true],
  ["size", new arrow.Int64(), true],
  ["last_modified_date", new arrow.TimestampMillisecond("UTC"), true],
  ["e_tag", new arrow.Utf8(), true],
  ["storage_class", new arrow.Utf8(), true],
];

function parquet(rows: readonly Row[], { rowsPerGroup = 1_000_000, leaveOut = [] as string[] } = {}): Uint8Array {
  const kept = columns.filter(([name]) => !leaveOut.includes(name));
  const vectors = Object.fromEntries(
    kept.map(([name, type]) => {
      const values = rows.map((row) => (name === "bucket" ? "photos" : (row[name] ?? null)));
      return [name, arrow.vectorFromArray(values, type)];
    }),
  );
  const fields = kept.map(([name, type, nullable]) => new arrow.Field(name, type, nullable));
  const table = new arrow.Table(new arrow.Schema(fields), vectors);
  const properties = new WriterPropertiesBuilder()
    .setCompression(Compression.SNAPPY)
    .setMaxRowGroupSize(rowsPerGroup)
    .build();
  return writeParquet(Table.fromIPCStream(arrow.tableToIPC(table, "stream")), properties);
}

const manifestKey = "photos/all/2024-01-03T00-00Z/manifest.json";

async function inventory(files: readonly Uint8Array[], more: object = {}): Promise<MemoryStore> {
  const reports = Object.assign(new MemoryStore(), { uri: "s3://reports/" });
  const keys = files.map((_, i) => `photos/all/data/${i}.parquet`);
  for (const [i, bytes] of files.entries()) await reports.put(keys[i], bytes);
  const manifest = {
    sourceBucket: "photos",
    destinationBucket: "arn:aws:s3:::reports",
    version: "2016-11-30",
    fileFormat: "Parquet",
    fileSchema: "message s3.inventory { required binary bucket (UTF8); required binary key (UTF8); }",
    files: keys.map((key, i) => ({ key, size: files[i].length, MD5checksum: "" })),
    ...more,
  };
  await reports.put(manifestKey, Buffer.from(JSON.stringify(manifest)));
  return reports;
}

function open(reports: ObjectStore, uri = "s3://photos/in/") {
  return keysFrom({
    input: Object.assign(new MemoryStore(), { uri }),
    features: { glob: "**/*.jpg" },
    list: { store: reports, key: manifestKey },
    sort: true,
    openBucket: async (bucket) => (bucket === "reports" ? reports : Promise.reject(new Error(bucket))),
  });
}

async function take(reports: ObjectStore): Promise<ListedImage[]> {
  const images: ListedImage[] = [];
  const { source, close } = open(reports);
  for await (const image of source(null)) images.push(image);
  await close();
  return images;
}

describe("an S3 Inventory in Parquet", () => {
  it("names the newest versions below the input, of all files, with size, time and etag", async () => {
    const known = { size: 20n, last_modified_date: time, e_tag: "bbb", storage_class: "STANDARD", ...versioned };
    const reports = await inventory([
      parquet([
        { key: "in/pear/2.jpg", ...known },
        { key: "in/apple/1.jpg", ...known, size: 10n, e_tag: "aaa" },
        { key: "elsewhere/3.jpg", ...known },
        { key: "in/fig/note.txt", ...known },
      ]),
      parquet([
        { key: "in/pear/2.jpg", ...known, version_id: "old", is_latest: false, size: 99n, e_tag: "old" },
        { key: "in/gone/4.jpg", ...known, is_delete_marker: true, size: null, e_tag: null },
        { key: "in/gone/4.jpg", ...known, version_id: "v1", is_latest: false },
        { key: "in/fig/6.jpg", ...known, e_tag: "fff", size: 3_000_000_000n },
      ]),
    ]);
    expect(await take(reports)).toEqual([
      { key: "apple/1.jpg", label: "apple", size: 10, modifiedAt, etag: "aaa" },
      { key: "fig/6.jpg", label: "fig", size: 3_000_000_000, modifiedAt, etag: "fff" },
      { key: "pear/2.jpg", label: "pear", size: 20, modifiedAt, etag: "bbb" },
    ]);
  });

  it("keeps odd keys as they are: they are not URL-encoded here", async () => {
    const odd = ["a b+c/1.jpg", "a%2Fb/é%.jpg", 'q"uote/2.jpg', "new\nline/3.jpg", "\u{1f34e}/4.jpg", "\uff21/5.jpg"];
    const images = await take(await inventory([parquet(odd.map((key) => ({ key: `in/${key}`, ...versioned })))]));
    expect(images.map(({ key }) => key)).toEqual([...odd].sort(compareKeys));
  });

  it("may know nothing but names", async () => {
    const leaveOut = columns.map(([name]) => name).filter((name) => name !== "bucket" && name !== "key");
    const bytes = parquet([{ key: "in/a/1.jpg" }], { leaveOut });
    expect(await take(await inventory([bytes]))).toEqual([{ key: "a/1.jpg", label: "a" }]);
    const unknown = parquet([{ key: "in/a/1.jpg" }]);
    expect(await take(await inventory([unknown]))).toEqual([{ key: "a/1.jpg", label: "a" }]);
  });

  it.each([1_000_000, 20_000])("is read in pages, each byte once, with row groups of %d rows", async (rowsPerGroup) => {
    const rows = Array.from({ length: 50_000 }, (_, i) => ({
      key: `in/${(i * 7919) % 50_000}/${i}.jpg`,
      size: BigInt(i),
      e_tag: `etag of ${i}`,
      storage_class: `class ${i % 7}`,
      ...versioned,
    }));
    const bytes = parquet(rows, { rowsPerGroup });
    const reports = await inventory([bytes]);
    let fetched = 0;
    const counting = Object.assign(Object.create(reports) as MemoryStore, {
      stat: (key: string) => reports.stat(key),
      get: async (key: string, options: object) => {
        const piece = await reports.get(key, options);
        if (key !== manifestKey) fetched += piece.length;
        return piece;
      },
    });
    const pages: number[] = [];
    const keys = new Set<string>();
    for await (const page of inventoryKeys({
      store: reports,
      key: manifestKey,
      input: Object.assign(new MemoryStore(), { uri: "s3://photos/in/" }),
      openBucket: async () => counting,
    })) {
      pages.push(page.length);
      for (const { key } of page) keys.add(key);
      expect(page.filter(({ size, etag }) => etag !== `etag of ${size}`)).toEqual([]);
    }
    expect(keys.size).toBe(rows.length);
    expect(Math.max(...pages)).toBeLessThanOrEqual(16_384);
    // The footer and what lies between columns may come along.
    expect(fetched).toBeLessThan(1.1 * bytes.length + (1 << 19));
  });

  it.each<[string, Uint8Array[], object, RegExp]>([
    ["ORC", [], { fileFormat: "ORC" }, /manifest.json: its format ORC is not read, CSV and Parquet are/],
    ["no Parquet", [Buffer.from("Obj")], {}, /data\/0.parquet: /],
    ["cut off", [parquet([{ key: "in/1.jpg" }]).subarray(0, -20)], {}, /data\/0.parquet: /],
    ["without keys", [parquet([{ key: "in/1.jpg" }], { leaveOut: ["key"] })], {}, /no column key/],
  ])("is refused with a reason: %s", async (_, files, more, says) => {
    await expect(take(await inventory(files, more))).rejects.toMatchObject({
      code: "bad-keys",
      exitCode: 2,
      message: expect.stringMatching(says),
    });
  });

  it("whose file is not there says which", async () => {
    const reports = await inventory([parquet([{ key: "in/1.jpg" }])]);
    await reports.delete(["photos/all/data/0.parquet"]);
    await expect(take(reports)).rejects.toMatchObject({
      code: "bad-keys",
      message: expect.stringContaining("data/0.parquet"),
    });
  });
});
