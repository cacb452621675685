import { existsSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { copyPhotos } from "../support/copy-photos.ts";
import { pomona, runArguments } from "../support/pomona.ts";
import { makeScratch } from "../support/scratch.ts";

/** The machine as it is before anything was set up, whatever was set up on it, and without its GPUs. */
const bare = {
  NODE_OPTIONS: `--import ${new URL("../fixtures/without-tfjs-node.mjs", import.meta.url).href}`,
  CUDA_VISIBLE_DEVICES: "",
};

describe("an engine or a device that is not here", () => {
  let scratch: string;
  let input: string;

  beforeAll(async () => {
    scratch = await makeScratch("engines");
    input = join(scratch, "input");
    await copyPhotos(input, 2);
  });

  it.each<[flags: string, message: RegExp]>([
    ["--engine tfjs-node", /^Engine tfjs-node does not load here: not set up\. It comes with `npm run setup:tfjs`\.$/],
    ["--engine tfjs-node-gpu", /^Engine tfjs-node-gpu needs an NVIDIA GPU, and there is no NVIDIA GPU here/],
    ["--device gpu", /^--device gpu needs an NVIDIA GPU, and there is no NVIDIA GPU here/],
    ["--device gpu:1 --engine onnxruntime", /^--device gpu:1 needs an NVIDIA GPU/],
    ["--device gpu --engine tfjs-wasm", /^Engine tfjs-wasm computes on the CPU only/],
    ["--device cuda", /^--device: expected auto, cpu, gpu or the number of a GPU as gpu:1$/],
  ])("is refused with exit code 2 and nothing written: %s", async (flags, message) => {
    const out = join(scratch, "out");
    const { code, json } = await pomona(runArguments(input, out, ...flags.split(" ")), { scratch, env: bare });
    expect(json.error?.message).toMatch(message);
    expect([code, json.error?.remedy, existsSync(join(out, "_run"))]).toEqual([2, expect.any(String), false]);
  });
});
