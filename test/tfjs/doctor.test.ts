import { expect, it } from "vitest";
import { pomona } from "../support/pomona.ts";
import { makeScratch } from "../support/scratch.ts";

it("shows three engines that run, with rates, and what the GPU's lacks", async () => {
  const { code, json } = await pomona(["doctor", "--json"], { scratch: await makeScratch("doctor") });
  const engines = json.engines as { name: string; runs: boolean; imagesPerSecond?: number; reason?: string }[];
  expect(code).toBe(0);
  expect(engines.filter(({ runs }) => runs).map(({ name }) => name)).toEqual(
    expect.arrayContaining(["onnxruntime", "tfjs-wasm", "tfjs-node"]),
  );
  for (const { runs, imagesPerSecond, reason } of engines) {
    if (runs) expect(imagesPerSecond).toBeGreaterThan(0);
    else expect(reason).toMatch(/NVIDIA GPU|setup:tfjs -- --gpu/);
  }
});
