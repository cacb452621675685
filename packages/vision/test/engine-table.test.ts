import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
// Probes run in processes of their own, which only the built package has.
import { probeEngines } from "@pomona/vision";
import { describe, expect, it } from "vitest";
import { engineNames } from "../src/engine-choice.ts";
import { createEngine } from "../src/engine-table.ts";
import { engineFingerprint } from "../src/feature-fingerprint.ts";
import { untrainedWeights } from "../src/untrained-weights.ts";

const weights = untrainedWeights();

const run = promisify(execFile);

const asModule = (source: string): string => `data:text/javascript,${encodeURIComponent(source)}`;

/** Modules to import first: hooks that do something when a library is imported. */
function onImport(library: string, action: string): string {
  const hooks = `export function resolve(name, context, next) {
    if (name === "${library}") { ${action} }
    return next(name, context);
  }`;
  return asModule(`import { register } from "node:module"; register(${JSON.stringify(asModule(hooks))});`);
}

const withoutOnnxruntime = onImport("onnxruntime-node", 'throw new Error("no binary for this platform");');
const endWhen = (library: string): string => onImport(library, 'process.kill(process.pid, "SIGILL");');
const withoutTfjsNode = fileURLToPath(new URL("../../../test/fixtures/without-tfjs-node.mjs", import.meta.url));

/** Creates an engine in a process that imports `first` before anything else, through the built package. */
async function inProcess(first: string, engine: string): Promise<Record<string, unknown>> {
  const program = `
    import { createEngine, untrainedWeights } from "@pomona/vision";
    const passedOver = [];
    const onPassedOver = (name, reason) => passedOver.push({ name, reason });
    const result = await createEngine({ engine: "${engine}", weights: untrainedWeights(), onPassedOver }).then(
      ({ name }) => ({ name }), ({ message }) => ({ message }));
    console.log(JSON.stringify({ ...result, passedOver }));`;
  const { stdout } = await run(process.execPath, ["--import", first, "--input-type=module", "--eval", program], {
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
    expect(await inProcess(withoutOnnxruntime, "auto")).toEqual({
      name: "tfjs-wasm",
      passedOver: [{ name: "onnxruntime", reason }],
    });
    expect(await inProcess(withoutOnnxruntime, "onnxruntime")).toEqual({ message: reason, passedOver: [] });
  });

  it("refuses tfjs-node without its binary, saying what sets it up", async () => {
    expect(await inProcess(withoutTfjsNode, "tfjs-node")).toEqual({
      message: "Engine tfjs-node does not load here: not set up. It comes with `npm run setup:tfjs`.",
      passedOver: [],
    });
  });
});

it("probes every engine that is known, by running it", async () => {
  const probes = await probeEngines({ seconds: 0.05, inferBatch: 1 });
  expect(probes.map(({ name }) => name)).toEqual(engineNames);
  for (const { name, runs, version, imagesPerSecond, reason } of probes) {
    if (["onnxruntime", "tfjs-wasm"].includes(name)) expect(runs, reason).toBe(true);
    if (runs) expect([version, imagesPerSecond! > 0]).toEqual([expect.stringMatching(/^\d+\./), true]);
    else expect(reason).toMatch(/npm run setup:tfjs|NVIDIA GPU/);
  }
});

it("says how a library ended that ends its process", async () => {
  const environment = { ...process.env, NODE_OPTIONS: `--import ${endWhen("onnxruntime-node")}` };
  const [probe] = await probeEngines({ names: ["onnxruntime"], environment });
  expect(probe).toEqual({ name: "onnxruntime", runs: false, reason: "It ended its process: signal SIGILL." });
});
