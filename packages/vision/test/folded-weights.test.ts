import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { mobileNetV2 } from "../src/architecture.ts";
import { keepFoldedWeights, readFoldedWeights } from "../src/folded-weights.ts";
import { readKerasWeights } from "../src/keras-weights.ts";
import { untrainedWeights } from "../src/untrained-weights.ts";
import { hashOfTensors } from "./hash-of-tensors.ts";
import { kerasFixture, writeKerasFile } from "./keras-fixture.ts";

let cacheDir: string;
beforeEach(async () => {
  cacheDir = await mkdtemp(join(tmpdir(), "pomona-folded-"));
});
afterEach(() => rm(cacheDir, { recursive: true }));

const place = () => ({ cacheDir, sha256: "0123abcd", architecture: mobileNetV2 });

async function keptFile(): Promise<string> {
  const [name, ...others] = await readdir(join(cacheDir, "folded"));
  expect(others).toEqual([]);
  return join(cacheDir, "folded", name);
}

describe("folded weights", () => {
  it("are read as they were kept", async () => {
    const weights = untrainedWeights();
    await keepFoldedWeights(place(), weights);
    const kept = await readFoldedWeights(place());
    expect(hashOfTensors({ tensors: kept! })).toBe(hashOfTensors(weights));
  });

  it("of another file are others", async () => {
    await keepFoldedWeights(place(), untrainedWeights());
    expect(await readFoldedWeights({ ...place(), sha256: "4567ef01" })).toBeUndefined();
  });

  it.each([
    ["cut", (bytes: Buffer) => bytes.subarray(0, bytes.length - 1)],
    ["cut in its header", (bytes: Buffer) => bytes.subarray(0, 100)],
    ["empty", () => Buffer.alloc(0)],
    ["changed in one bit", (bytes: Buffer) => flipped(bytes, bytes.length - 5)],
    ["without a header", (bytes: Buffer) => flipped(bytes, 8)],
  ])("are not taken from a file that is %s", async (_, damage) => {
    await keepFoldedWeights(place(), untrainedWeights());
    const file = await keptFile();
    await writeFile(file, damage(await readFile(file)));
    expect(await readFoldedWeights(place())).toBeUndefined();
  });

  it("need no cache that can be written", async () => {
    const file = join(cacheDir, "no-folder");
    await writeFile(file, "");
    await keepFoldedWeights({ ...place(), cacheDir: file }, untrainedWeights());
    expect(await readFoldedWeights({ ...place(), cacheDir: file })).toBeUndefined();
  });

  it("come from the cache the second time, and are the same", async () => {
    const file = join(cacheDir, "weights.h5");
    await writeKerasFile(
      file,
      kerasFixture((_layer, _tensor, index) => 1 + (index % 7) / 8),
    );
    const first = await readKerasWeights(file, { cacheDir });
    await keptFile();
    const second = await readKerasWeights(file, { cacheDir });
    expect(second.sha256).toBe(first.sha256);
    expect(hashOfTensors(second)).toBe(hashOfTensors(first));
    // Others in their place show that these are what is read.
    const others = untrainedWeights();
    await keepFoldedWeights({ ...place(), sha256: first.sha256 }, others);
    expect(hashOfTensors(await readKerasWeights(file, { cacheDir }))).toBe(hashOfTensors(others));
  });
});

function flipped(bytes: Buffer, at: number): Buffer {
  const copy = Buffer.from(bytes);
  copy[at] ^= 1;
  return copy;
}
