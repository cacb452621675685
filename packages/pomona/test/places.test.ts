import { resolveConfig } from "@pomona/core";
import { describe, expect, it } from "vitest";
import { describeSkipped, type Images, openImages, openPlace } from "../src/places.ts";
import { scratchFolder } from "./scratch-folder.ts";

async function keysOf({ source }: Images): Promise<string[]> {
  const keys: string[] = [];
  for await (const { key } of source(null)) keys.push(key);
  return keys;
}

describe("openPlace", () => {
  it("opens a folder relative to the working folder", async () => {
    const cwd = await scratchFolder({ "photos/a.jpg": "x" });
    expect((await openPlace("photos", cwd, "input")).uri).toBe(`file://${cwd}/photos/`);
  });

  it("refuses an input that is not there or is no folder, but not an output", async () => {
    const cwd = await scratchFolder({ file: "x" });
    const refusal = { code: "input-not-found", exitCode: 2 };
    await expect(openPlace("gone", cwd, "input")).rejects.toMatchObject({
      ...refusal,
      message: `input ${cwd}/gone does not exist`,
    });
    await expect(openPlace("file", cwd, "input")).rejects.toMatchObject(refusal);
    await expect(openPlace("gone", cwd, "output")).resolves.toBeDefined();
  });

  it("says which place is none", async () => {
    await expect(openPlace("gopher://x/y", "/", "output")).rejects.toMatchObject({
      code: "bad-location",
      exitCode: 2,
      message: expect.stringMatching(/^output: /),
    });
  });
});

describe("openImages", () => {
  it("lists the input without an output inside it, and counts what is left out", async () => {
    const cwd = await scratchFolder({ "a/1.jpg": "", "a/x.TXT": "", "a/y.txt": "", "a/README": "", "out/1.jpg": "" });
    const input = await openPlace(".", cwd, "input");
    const { features } = resolveConfig({});
    const images = await openImages({ input, out: await openPlace("out", cwd, "output"), features, cwd });
    expect(await keysOf(images)).toEqual(["a/1.jpg"]);
    expect(images.skipped).toEqual(
      new Map([
        ["README", 1],
        [".txt", 2],
      ]),
    );
    expect(describeSkipped(images.skipped)).toBe("; left out: 2 .txt, 1 README");
    expect(describeSkipped(new Map())).toBe("");
    expect(await keysOf(await openImages({ input, features, cwd }))).toEqual(["a/1.jpg", "out/1.jpg"]);
  });

  it("refuses an output that is the input", async () => {
    const cwd = await scratchFolder({ "a/1.jpg": "" });
    const input = await openPlace("a", cwd, "input");
    const opening = openImages({ input, out: input, features: resolveConfig({}).features, cwd });
    await expect(opening).rejects.toMatchObject({ code: "output-is-input", exitCode: 2 });
  });

  it("lists what a manifest names, or says that it cannot be read", async () => {
    const cwd = await scratchFolder({ "a/1.jpg": "x", "a/2.jpg": "x", "list.csv": "path,label\na/2.jpg,pear\n" });
    const input = await openPlace(".", cwd, "input");
    const config = (manifest: string) => resolveConfig({ flags: { manifest } }).features;
    expect(await keysOf(await openImages({ input, features: config("list.csv"), cwd }))).toEqual(["a/2.jpg"]);
    await expect(openImages({ input, features: config("gone.csv"), cwd })).rejects.toMatchObject({
      code: "bad-manifest",
      message: expect.stringContaining(`--manifest ${cwd}/gone.csv`),
    });
  });
});
