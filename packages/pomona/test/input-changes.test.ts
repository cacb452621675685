import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { encodeBatch, encodeJson, RunLog, resolveConfig, runLayout } from "@pomona/core";
import { describe, expect, it } from "vitest";
import { describeChanges, findChanges } from "../src/input-changes.ts";
import { openPlace } from "../src/places.ts";
import { scratchFolder } from "./scratch-folder.ts";

const config = resolveConfig({});
const at = "2026-01-01T00:00:00.000Z";
const run = "20260101-000000-abcdef";

/** Writes what a run that listed its input to the end leaves. */
async function listInto(cwd: string): Promise<void> {
  const [input, out] = [await openPlace("in", cwd, "input"), await openPlace("out", cwd, "output")];
  const names = runLayout(run);
  const { features } = config;
  const file = { name: "pomona.run", version: 1, protocol: 1, run, input: input.uri, features, pomona: "0", at };
  await out.put(names.config, encodeJson(file));
  const images = [];
  for await (const { key, size, modifiedAt } of input.list()) images.push({ key, label: "x", size, modifiedAt });
  const last = images.at(-1)?.key ?? null;
  const batch = { name: "pomona.batch", version: 1, run, listedBefore: 0, after: null, last } as const;
  await out.put(names.batch(0), encodeBatch({ ...batch, ordinal: 0, end: false, images }));
  await out.put(names.batch(1), encodeBatch({ ...batch, ordinal: 1, end: true, images: [] }));
  const owner = { host: "h", bootId: "b", pid: 1, startTime: "1" };
  await new RunLog(out).append(() => ({ kind: "open", at, run, epoch: 1, owner }));
}

describe("findChanges", () => {
  it("finds what is new, changed and gone in a folder", async () => {
    const cwd = await scratchFolder({ "in/a/1.jpg": "x", "in/a/2.jpg": "x", "in/a/3.jpg": "x" });
    await listInto(cwd);
    await writeFile(join(cwd, "in/a/1.jpg"), "longer");
    await rm(join(cwd, "in/a/2.jpg"));
    await writeFile(join(cwd, "in/a/4.jpg"), "x");
    const changes = await findChanges({ input: "in", out: "out", config, cwd });
    expect(describeChanges(changes)).toBe("new: 1\n  a/4.jpg\nchanged: 1\n  a/1.jpg\ngone: 1\n  a/2.jpg\n");
  });

  it("refuses an output without a run", async () => {
    const cwd = await scratchFolder({ "in/a/1.jpg": "x" });
    await expect(findChanges({ input: "in", out: "out", config, cwd })).rejects.toMatchObject({
      code: "no-run",
      exitCode: 2,
    });
  });
});

describe("describeChanges", () => {
  it("says how many more there are, and shows odd names readably", () => {
    const none = { count: 0, examples: [] };
    const text = describeChanges({ new: { count: 3, examples: ["a\udcff"] }, changed: none, gone: none });
    expect(text).toBe("new: 3\n  a\\xff\n  … and 2 more\nchanged: 0\ngone: 0\n");
  });
});
