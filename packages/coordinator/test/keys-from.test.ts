import { gzipSync } from "node:zlib";
import { compareKeys, type ListedImage } from "@pomona/core";
import { MemoryStore } from "@pomona/store";
import { describe, expect, it } from "vitest";
import { type KeysFromOptions, keysFrom } from "../src/keys-from.ts";

const glob = "**/*.{jpg,png}";

async function open(content: string | Buffer, options: Partial<KeysFromOptions> & { name?: string } = {}) {
  const { name = "keys.txt", ...rest } = options;
  const store = new MemoryStore();
  await store.put(name, Buffer.from(content));
  const skipped: string[] = [];
  const keys = keysFrom({
    input: new MemoryStore(),
    features: { glob },
    list: { store, key: name },
    sort: false,
    openBucket: () => Promise.reject(new Error("no bucket is needed")),
    onSkipped: (key) => skipped.push(key),
    ...rest,
  });
  return { ...keys, skipped };
}

async function take(source: AsyncIterable<ListedImage>): Promise<ListedImage[]> {
  const images: ListedImage[] = [];
  for await (const image of source) images.push(image);
  return images;
}

const keysOf = async (source: AsyncIterable<ListedImage>): Promise<string[]> =>
  (await take(source)).map(({ key }) => key);

describe("keysFrom", () => {
  it("takes one key a line, with what is known of it: nothing but its label", async () => {
    const { source, skipped } = await open("_x/3.jpg\na/1.jpg\na/2.txt\n\nb c/é.png");
    expect(await take(source(null))).toEqual([
      { key: "a/1.jpg", label: "a" },
      { key: "b c/é.png", label: "b c" },
    ]);
    expect(skipped).toEqual(["a/2.txt"]);
  });

  it("takes whole addresses below the input, Windows line ends and gzip", async () => {
    const content = "./a/1.jpg\r\nmemory:///a/2.jpg\r\n";
    const { source } = await open(gzipSync(content), { name: "keys.txt.gz" });
    expect(await keysOf(source(null))).toEqual(["a/1.jpg", "a/2.jpg"]);
  });

  it("goes on strictly after a key, and begins again each time", async () => {
    const { source } = await open("a/1.jpg\na/2.jpg\na/3.jpg\n");
    expect(await keysOf(source("a/1.jpg"))).toEqual(["a/2.jpg", "a/3.jpg"]);
    expect(await keysOf(source("a/10.jpg"))).toEqual(["a/2.jpg", "a/3.jpg"]);
    expect(await keysOf(source(null))).toHaveLength(3);
  });

  it.each([
    ["b.jpg\na.jpg\n", "line 2: a.jpg comes after b.jpg"],
    ["a.jpg\n\na.jpg\n", "line 3: a.jpg is there twice"],
    ["a.jpg\nz.txt\nb.jpg\n", "line 3: b.jpg comes after z.txt"],
    ["\u{1f34e}.jpg\n\uff21.jpg\n", "line 2: \uff21.jpg comes after \u{1f34e}.jpg"],
  ])("refuses %j, whose keys are out of order or come twice, also before it is used", async (content, says) => {
    const { source, check } = await open(content);
    const expected = {
      code: "listing-disorder",
      message: `keys.txt, ${says}`,
      remedy: expect.stringContaining("LC_ALL=C sort -u keys.txt"),
    };
    await expect(take(source(null))).rejects.toMatchObject(expected);
    await expect(check()).rejects.toMatchObject(expected);
    await expect((await open(content, { sort: true })).check()).resolves.toBeUndefined();
  });

  it("refuses a file without lines", async () => {
    const { source } = await open(Buffer.alloc(3 << 20, "x"));
    await expect(take(source(null))).rejects.toMatchObject({ code: "bad-keys" });
  });

  it.each(["s3://other/a.jpg", "/a.jpg", "../a.jpg", "a/../../b.jpg", "memory:///", "a/./b.jpg"])(
    "refuses %j, which is not below the input",
    async (line) => {
      const { source } = await open(`a/0.jpg\n${line}\n`);
      await expect(take(source(null))).rejects.toMatchObject({
        code: "bad-keys",
        message: expect.stringMatching(/line 2/),
      });
    },
  );

  it("keeps names that are not UTF-8", async () => {
    const { source } = await open(Buffer.from([0x61, 0xff, 0x2e, 0x6a, 0x70, 0x67, 0x0a]));
    expect(await keysOf(source(null))).toEqual(["a\udcff.jpg"]);
  });

  it("sorts, each key once", async () => {
    const keys = Array.from({ length: 5000 }, (_, i) => `${(i * 7919) % 4001}/\u{1f34e}${i % 3}/é${i % 100}.jpg`);
    const { source, close } = await open(keys.join("\n"), { sort: true });
    const expected = [...new Set(keys)].sort(compareKeys);
    expect(await keysOf(source(null))).toEqual(expected);
    expect(await keysOf(source(expected[1000] ?? ""))).toEqual(expected.slice(1001));
    await close();
  });
});

describe("an S3 Inventory", () => {
  const manifest = {
    sourceBucket: "photos",
    destinationBucket: "arn:aws:s3:::reports",
    fileFormat: "CSV",
    fileSchema: "Bucket, Key, VersionId, IsLatest, IsDeleteMarker, Size, LastModifiedDate, ETag",
    files: [{ key: "photos/all/data/1.csv.gz" }, { key: "photos/all/data/2.csv.gz" }],
  };
  const row = (key: string, rest: string): string => `"photos","${key}",${rest}\n`;

  async function openInventory(given: object = {}, uri = "s3://photos/in/") {
    const reports = new MemoryStore();
    const time = "2024-01-02T03:04:05.678Z";
    const one =
      row("in/pear/2+x.jpg", `"","true","false","20","${time}","bbb"`) +
      row("in/apple/%C3%A9%2B.jpg", `"","true","false","10","${time}","aaa"`) +
      row("elsewhere/3.jpg", `"","true","false","30","${time}","ccc"`);
    const two =
      row("in/gone/4.jpg", `"v","true","true","","${time}",""`) +
      row("in/old/5.jpg", `"v","false","false","50","${time}","eee"`) +
      row("in/fig/6.jpg", `"","true","false","60","${time}","fff"`);
    await reports.put("photos/all/data/1.csv.gz", gzipSync(one));
    await reports.put("photos/all/data/2.csv.gz", gzipSync(two));
    await reports.put("photos/all/2024/manifest.json", Buffer.from(JSON.stringify({ ...manifest, ...given })));
    const input = Object.assign(new MemoryStore(), { uri });
    return keysFrom({
      input,
      features: { glob },
      list: { store: reports, key: "photos/all/2024/manifest.json" },
      sort: true,
      openBucket: async () => reports,
    });
  }

  it("names the newest versions below the input, with size, time and etag", async () => {
    const { source, close } = await openInventory();
    const modifiedAt = Date.parse("2024-01-02T03:04:05Z");
    expect(await take(source(null))).toEqual([
      { key: "apple/é+.jpg", label: "apple", size: 10, modifiedAt, etag: "aaa" },
      { key: "fig/6.jpg", label: "fig", size: 60, modifiedAt, etag: "fff" },
      { key: "pear/2 x.jpg", label: "pear", size: 20, modifiedAt, etag: "bbb" },
    ]);
    await close();
  });

  it.each([
    ["another bucket's", {}, "s3://other/"],
    ["ORC", { fileFormat: "ORC" }, "s3://photos/in/"],
    ["no manifest", { files: "none" }, "s3://photos/in/"],
  ])("is refused: %s", async (_, given, uri) => {
    const { source } = await openInventory(given, uri);
    await expect(take(source(null))).rejects.toMatchObject({ code: "bad-keys" });
  });

  it("is not in order, so it must be sorted", async () => {
    await expect(open("{}", { name: "manifest.json" })).rejects.toMatchObject({
      code: "bad-keys",
      remedy: "Add --sort-keys.",
    });
  });
});
