import { describe, expect, it } from "vitest";
import { createEngine, engineNames } from "../src/engine-table.ts";
import { engineFingerprint } from "../src/feature-fingerprint.ts";
import { probeEngines } from "../src/probe-engines.ts";
import { untrainedWeights } from "../src/untrained-weights.ts";

const weights = untrainedWeights();

describe("createEngine", () => {
  it("takes onnxruntime by default, where its binary loads", async () => {
    const passedOver: string[] = [];
    const engine = await createEngine({ weights, onPassedOver: (name) => passedOver.push(name) });
    expect([engine.name, passedOver]).toEqual(["onnxruntime", []]);
    expect(engineFingerprint(engine, weights)).toEqual({
      network: "mobilenet_v2_1.0_224",
      weights: weights.sha256,
      engine: "onnxruntime",
      precision: "float32",
    });
    await engine.dispose();
  });

  it.each(["tfjs-node", "tfjs-node-gpu"] as const)("refuses %s, saying what sets it up", async (engine) => {
    await expect(createEngine({ engine, weights })).rejects.toThrow(
      `Engine ${engine} does not load here: not set up. It comes with \`npm run setup:tfjs\`.`,
    );
  });
});

it("probes every engine that is known, by running it", async () => {
  const probes = await probeEngines({ seconds: 0.05, inferBatch: 1 });
  expect(probes.map(({ name }) => name)).toEqual(engineNames);
  for (const { name, runs, version, imagesPerSecond, reason } of probes) {
    expect(runs).toBe(["onnxruntime", "tfjs-wasm"].includes(name));
    if (runs) expect([version, imagesPerSecond! > 0]).toEqual([expect.stringMatching(/^\d+\./), true]);
    else expect(reason).toContain("npm run setup:tfjs");
  }
});
