import { readdir } from "node:fs/promises";
import { resolveConfig } from "@pomona/core";
import { describe, expect, it } from "vitest";
import { describeDryRun, dryRun } from "../src/dry-run.ts";
import { scratchFolder } from "./scratch-folder.ts";

const config = (flags = {}) => resolveConfig({ flags: { workers: 1, ...flags } });

describe("dryRun", () => {
  it("counts and writes nothing", async () => {
    const cwd = await scratchFolder({
      "in/apple/1.jpg": "xx",
      "in/apple/2.jpg": "x",
      "in/pear/1.PNG": "x",
      "in/a.txt": "x",
    });
    const dry = await dryRun({ input: "in", out: "out", config: config(), cwd });
    expect(dry).toMatchObject({ images: 3, bytes: 4, labels: { apple: 2, pear: 1 }, skipped: { ".txt": 1 } });
    expect(dry.estimatedSeconds).toBeGreaterThan(0);
    expect(dry.estimatedBytes).toBeGreaterThan(3 * 2 * 5120);
    expect(await readdir(cwd)).toEqual(["in"]);
    const text = describeDryRun(dry);
    expect(text).toMatch(/^3 images, 4 B, 2 labels\n {2}apple: 2\n {2}pear: 1\nleft out: 1 \.txt\nabout /);
  });

  it("counts no more than the limit", async () => {
    const cwd = await scratchFolder({ "1.jpg": "x", "2.jpg": "x" });
    expect(await dryRun({ input: ".", out: undefined, config: config({ limit: 1 }), cwd })).toMatchObject({
      images: 1,
    });
  });

  it("shows forty labels and says how many more there are", () => {
    const labels = Object.fromEntries(Array.from({ length: 42 }, (_, i) => [`l${i}`, 1]));
    const text = describeDryRun({ images: 42, bytes: 0, labels, skipped: {}, estimatedSeconds: 1, estimatedBytes: 1 });
    expect(text).toContain("  l39: 1\n  … and 2 more\n");
  });
});
