import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { createEngine, engineNames } from "../src/engine-table.ts";
import { engineFingerprint } from "../src/feature-fingerprint.ts";
import { probeEngines } from "../src/probe-engines.ts";
import { untrainedWeights } from "../src/untrained-weights.ts";

const weights = untrainedWeights();

const run = promisify(execFile);

/** A process in which onnxruntime's binary is missing, through the built package. */
async function withoutOnnxruntime(engine: "auto" | "onnxruntime"): Promise<Record<string, unknown>> {
  const hooks = `export function resolve(name, context, next) {
    if (name === "onnxruntime-node") throw new Error("no binary for this platform");
    return next(name, context);
  }`;
  const asModule = (source: string): string => `data:text/javascript,${encodeURIComponent(source)}`;
  const register = asModule(`import { register } from "node:module"; register(${JSON.stringify(asModule(hooks))});`);
  const program = `
    import { createEngine, untrainedWeights } from "@pomona/vision";
    const passedOver = [];
    const onPassedOver = (name, reason) => passedOver.push({ name, reason });
    const result = await createEngine({ engine: "${engine}", weights: untrainedWeights(), onPassedOver }).then(
      ({ name }) => ({ name }), ({ message }) => ({ message }));
    console.log(JSON.stringify({ ...result, passedOver }));`;
  const { stdout } = await run(process.execPath, ["--import", register, "--input-type=module", "--eval", program], {
    cwd: fileURLToPath(new URL("..", import.meta.url)),
  });
  return JSON.parse(stdout) as Record<string, unknown>;
}

describe("createEngine", () => {
  it("takes onnxruntime by default, where its binary loads", async () => {
    const passedOver: string[] = [];
    const engine = await createEngine({ weights, onPassedOver: (name) => passedOver.push(name) });
    expect([engine.name, passedOver]).toEqual(["onnxruntime", []]);
    expect(engineFingerprint(engine, weights)).toEqual({
      network: "mobilenet_v2_1.0_224",
      weights: `untrained:${weights.sha256}`,
      engine: "onnxruntime",
      precision: "float32",
    });
    await engine.dispose();
  });

  it("passes over an engine whose binary is missing with auto, and says so", async () => {
    const reason = expect.stringMatching(/onnxruntime does not load here: no binary for this platform\. .*tfjs-wasm/);
    expect(await withoutOnnxruntime("auto")).toEqual({
      name: "tfjs-wasm",
      passedOver: [{ name: "onnxruntime", reason }],
    });
    expect(await withoutOnnxruntime("onnxruntime")).toEqual({ message: reason, passedOver: [] });
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
