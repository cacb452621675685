import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Diagnosis } from "../src/diagnosis.ts";
import { examine } from "../src/doctor.ts";
import { formatDiagnosis } from "../src/format-diagnosis.ts";

let folder: string;
let diagnosis: Diagnosis;

beforeAll(async () => {
  // Below a folder of its own: photos and weights are looked for beside the working folder.
  folder = join(await mkdtemp(join(tmpdir(), "pomona-doctor-")), "here");
  await mkdir(folder);
  await mkdir(join(folder, "models"));
  await writeFile(join(folder, "models", "mobilenet_v2_1.0_224.h5"), "only looked up");
  diagnosis = await examine({
    cwd: folder,
    cacheDir: join(folder, "cache"),
    home: join(folder, "deep", "home"),
    engineSeconds: 0.2,
    pathSeconds: 0.5,
  });
}, 30_000);
afterAll(() => rm(dirname(folder), { recursive: true }));

describe("a place where a run can work", () => {
  test("is found to be fine, in time, without writing anything", async () => {
    expect(diagnosis.problems).toEqual([]);
    expect(diagnosis.ok).toBe(true);
    expect(diagnosis.seconds).toBeLessThan(15);
    expect(await readdir(folder)).toEqual(["models"]);
  });

  test("names every engine: those that run with their rate, others with the remedy", () => {
    const byName = Object.fromEntries(diagnosis.engines.map((engine) => [engine.name, engine]));
    expect(Object.keys(byName)).toEqual(["onnxruntime", "tfjs-wasm", "tfjs-node", "tfjs-node-gpu"]);
    expect(byName["tfjs-wasm"]!.runs).toBe(true);
    expect(byName["tfjs-wasm"]!.imagesPerSecond).toBeGreaterThan(0.5);
    for (const { runs, reason } of diagnosis.engines)
      if (!runs) expect(reason).toMatch(/npm run setup:tfjs|needs an NVIDIA GPU/);
  });

  test("knows its processor, memory, weights and folders", () => {
    const { processor, memory, weights, folders, simd } = diagnosis;
    expect(processor.usableCores).toBeGreaterThanOrEqual(1);
    expect(processor.usableCores).toBeLessThanOrEqual(processor.cores);
    expect(memory.totalBytes).toBeGreaterThan(memory.freeBytes);
    expect(simd).toBe(true);
    expect(weights).toEqual({
      found: join(folder, "models", "mobilenet_v2_1.0_224.h5"),
      looked: [],
      downloadable: null,
    });
    expect(folders.map(({ what, exists, writable }) => [what, exists, writable])).toEqual([
      ["working folder", true, true],
      ["home", false, true],
      ["cache", false, true],
    ]);
    for (const { freeBytes } of folders) expect(freeBytes).toBeGreaterThan(0);
  });

  test("measures drawings where there are no photos, and estimates from the sum of the stages", () => {
    const path = diagnosis.path!;
    expect(path.what).toBe("drawings");
    expect(path.images).toBeGreaterThanOrEqual(8);
    for (const ms of [path.decodeMs, path.resampleMs, path.inferMs]) expect(ms).toBeGreaterThan(0);
    expect(path.cpuMs).toBeCloseTo(path.decodeMs + path.resampleMs + path.inferMs, 9);
    const large = diagnosis.estimates.find(({ instance }) => instance.name === "c7i.large")!;
    expect(large.hours).toBeCloseTo((1e6 * path.cpuMs) / 1000 / 3600 / 0.9, 6);
    expect(large.usd).toBeCloseTo(large.hours * 0.08925, 9);
  });

  test("survives JSON as it is", () => {
    expect(JSON.parse(JSON.stringify(diagnosis))).toEqual(diagnosis);
  });

  test("is shown with the whole calculation", () => {
    const { cpuMs } = diagnosis.path!;
    const text = formatDiagnosis(diagnosis);
    expect(text).toContain(`3,600,000 ms ÷ ${cpuMs.toFixed(1)} ms = `);
    expect(text).toContain("16 vCPU ÷ 2 = 8 cores");
    expect(text).toContain("16 vCPU ÷ 1 = 16 cores");
    expect(text).toMatch(/us-east-1.*as of \d{4}-\d{2}/);
    expect(text).toMatch(/tfjs-wasm +runs +[\d.]+ img\/s/);
    expect(text).toContain("A run can work here.");
    expect(text).not.toMatch(/NaN|undefined|null|Infinity/);
  });
});

describe("the text", () => {
  test("says what is wrong, where and what to do", () => {
    const broken: Diagnosis = {
      ...diagnosis,
      ok: false,
      problems: ["No engine runs here: see the reasons above."],
      engines: [{ name: "onnxruntime", runs: false, reason: "no binary. Use --engine tfjs-wasm." }],
      weights: { found: null, looked: ["No weights:", "  1. here"], downloadable: false },
      folders: [{ what: "home", path: "/ro", exists: true, writable: false, freeBytes: null, reason: "EROFS" }],
      path: null,
      estimates: [],
    };
    const text = formatDiagnosis(broken);
    expect(text).toContain("A run can NOT work here:\n  No engine runs here");
    expect(text).toMatch(/onnxruntime +no +no binary\. Use --engine tfjs-wasm\./);
    expect(text).toContain("    1. here\n  The official address does not answer.");
    expect(text).toContain("NOT writable: EROFS");
    expect(text).not.toContain("A million images");
  });

  test("says when other programs made the engines look slow", () => {
    const path = { ...diagnosis.path!, cpuMs: 10, wallMs: 40 };
    expect(formatDiagnosis({ ...diagnosis, path })).toContain("Other programs took 75 % of the clock");
    expect(formatDiagnosis({ ...diagnosis, path: { ...path, wallMs: 11 } })).not.toContain("Other programs");
  });
});
