import type { ListedImage } from "@pomona/core";
import { MemoryStore } from "@pomona/store";
import { describe, expect, it } from "vitest";
import { listedImages } from "../src/image-source.ts";

const glob = "**/*.{jpg,png}";

async function storeOf(...keys: string[]): Promise<MemoryStore> {
  const store = new MemoryStore();
  for (const key of keys) await store.put(key, Buffer.from(key));
  return store;
}

async function list(keys: readonly string[], options: Partial<Parameters<typeof listedImages>[0]> = {}) {
  const skipped: string[] = [];
  const source = listedImages({
    input: await storeOf(...keys),
    features: { glob },
    onSkipped: (key) => skipped.push(key),
    ...options,
  });
  const images: ListedImage[] = [];
  for await (const image of source(null)) images.push(image);
  return { images, keys: images.map(({ key }) => key), skipped };
}

describe("listedImages", () => {
  it("takes what the glob takes, in any case, and tells what it leaves out", async () => {
    const { keys, skipped } = await list(["a/1.JPG", "a/2.png", "a/notes.txt", "top.jpg"]);
    expect(keys).toEqual(["a/1.JPG", "a/2.png", "top.jpg"]);
    expect(skipped).toEqual(["a/notes.txt"]);
  });

  it("takes names with newlines, in folders too", async () => {
    const odd = ["a\nb/c\r\nd.jpg", "two\nlines.jpg"];
    expect((await list(odd)).keys).toEqual(odd);
  });

  it("passes over hidden names and what it is told to exclude", async () => {
    const { keys } = await list([".x/1.jpg", "_y/1.jpg", "a/.1.jpg", "a/1.jpg", "out/1.jpg"], { exclude: "out/" });
    expect(keys).toEqual(["a/1.jpg"]);
  });

  it("passes over folder markers and goes on strictly after a key", async () => {
    const input = await storeOf("a/1.jpg", "a/2.jpg", "b/1.jpg");
    const stored = input.list.bind(input);
    input.list = async function* list(options) {
      yield* stored(options);
      yield { key: "folder.jpg/", size: 0, modifiedAt: 0 };
    };
    const keys: string[] = [];
    for await (const { key } of listedImages({ input, features: { glob } })("a/1.jpg")) keys.push(key);
    expect(keys).toEqual(["a/2.jpg", "b/1.jpg"]);
  });

  it("takes names that are not UTF-8, with labels that can be shown", async () => {
    const { images } = await list(["caf\udce9/\udcff.jpg"]);
    expect(images).toMatchObject([{ key: "caf\udce9/\udcff.jpg", label: "caf\\xe9" }]);
  });

  it("labels by the folder, or by the pattern", async () => {
    const byFolder = await list(["pear_3/1.jpg"]);
    expect(byFolder.images[0]).toMatchObject({ label: "pear_3" });
    const byPattern = await list(["pear_3/1.jpg"], { features: { glob, labelFrom: "^(?<label>[^_]+)" } });
    expect(byPattern.images[0]).toMatchObject({ label: "pear" });
  });

  it("names the image whose path does not match the pattern", async () => {
    const listing = list(["pear_3/1.jpg", "quince/1.jpg"], { features: { glob, labelFrom: "^(?<label>[^_]+)_" } });
    await expect(listing).rejects.toMatchObject({
      code: "no-label",
      message: expect.stringMatching(/^quince\/1\.jpg/),
    });
  });
});
