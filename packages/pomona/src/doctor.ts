import { readFileSync } from "node:fs";
import { arch, availableParallelism, cpus, freemem, platform, release, totalmem } from "node:os";
import { parseLocation } from "@pomona/store";
import {
  type EngineProbe,
  engineNames,
  findGpus,
  probeEngines,
  sharpVersions,
  threadBudget,
  usableCores,
} from "@pomona/vision";
import type { Diagnosis } from "./diagnosis.ts";
import { estimateCost } from "./estimate-cost.ts";
import { lookAtFolder } from "./folder-state.ts";
import { priceList } from "./instance-prices.ts";
import { measurePath } from "./measure-path.ts";
import { version } from "./version.ts";
import { hasWasmSimd } from "./wasm-simd.ts";
import { lookForWeights, type WeightsState } from "./weights-state.ts";

export interface ExamineOptions {
  readonly cwd: string;
  /** Where weights are downloaded to. */
  readonly cacheDir: string;
  /** Where runs are registered: a folder or an `s3://` address. */
  readonly home: string;
  /** Weights that the user named. */
  readonly weights?: string | undefined;
  /** How long each engine, and after them the whole path, is measured; defaults 0.8 and 1.5. */
  readonly engineSeconds?: number;
  readonly pathSeconds?: number;
  readonly signal?: AbortSignal | undefined;
}

const neededNode = "20.19";

/**
 * Finds out whether a run can work in this place and how fast it would be, by trying. Writes nothing, downloads nothing.
 * The whole way is measured in this process, so it is to end afterwards: libraries keep their memory.
 */
export async function examine(options: ExamineOptions): Promise<Diagnosis> {
  const { cwd, cacheDir, home, weights: explicit, engineSeconds = 0.8, pathSeconds = 1.5, signal } = options;
  const startedAt = performance.now();
  const [folders, weights] = await Promise.all([
    lookAtFolders({ "working folder": cwd, home, cache: cacheDir }, cwd),
    lookForWeights({ explicit, cacheDir, cwd }),
  ]);
  const engines: EngineProbe[] = [];
  for (const name of engineNames) {
    signal?.throwIfAborted();
    engines.push(...(await probeEngines({ names: [name], seconds: engineSeconds })));
  }
  const gpus = findGpus();
  const simd = hasWasmSimd();
  // The processor's time of the whole way is measured on the processor.
  const engine = engines.find(({ runs, device }) => runs && device === "cpu")?.name;
  const path = engine && simd ? await measurePath({ cwd, engine, seconds: pathSeconds, signal }) : null;
  const node = { version: process.versions.node, needed: neededNode, ok: isAtLeast(process.versions.node, neededNode) };
  const found = { node, simd, gpus, engines, weights, folders };
  const problems = problemsOf(found);
  return {
    ok: problems.length === 0,
    problems,
    pomona: version,
    ...found,
    system: { platform: platform(), arch: arch(), release: release() },
    processor: {
      model: cpus()[0]?.model.trim() || "unknown",
      cores: availableParallelism(),
      quota: finite(threadBudget({ parallelism: Number.POSITIVE_INFINITY, readText })),
      usableCores: usableCores(),
    },
    memory: { totalBytes: totalmem(), freeBytes: freemem(), limitBytes: memoryLimit() },
    sharp: { version: sharpVersions.sharp, libvips: sharpVersions.libvips },
    path,
    estimates: path ? priceList.instances.map((instance) => estimateCost({ cpuMsPerImage: path.cpuMs, instance })) : [],
    seconds: (performance.now() - startedAt) / 1000,
  };
}

type FolderName = Diagnosis["folders"][number]["what"];

async function lookAtFolders(places: Record<FolderName, string>, cwd: string): Promise<Diagnosis["folders"]> {
  const folders: Diagnosis["folders"][number][] = [];
  for (const [what, place] of Object.entries(places) as [FolderName, string][]) {
    const { scheme, path } = parseLocation(place, cwd);
    if (scheme === "file") folders.push({ what, ...(await lookAtFolder(path)) });
  }
  return folders;
}

function problemsOf({
  node,
  simd,
  engines,
  weights,
  folders,
}: Pick<Diagnosis, "node" | "simd" | "engines" | "weights" | "folders">): string[] {
  const problems: string[] = [];
  if (!node.ok) problems.push(`Node ${node.version} is too old: install Node ${node.needed} or newer.`);
  if (!simd) problems.push("WebAssembly has no SIMD here: use Node 20 on a processor with SSE4.1 or NEON.");
  if (!engines.some(({ runs }) => runs)) problems.push("No engine runs here: see the reasons above.");
  if (!hasWeights(weights)) {
    problems.push("There are no weights and they can't be downloaded: see above where to put the file.");
  }
  const home = folders.find(({ what }) => what === "home");
  if (home && !home.writable) {
    problems.push(`The home ${home.path} can't be written to: give another with --home or POMONA_HOME.`);
  }
  return problems;
}

function hasWeights({ found, downloadable }: WeightsState): boolean {
  return found !== null || downloadable === true;
}

function isAtLeast(found: string, needed: string): boolean {
  const [major = 0, minor = 0] = found.split(".").map(Number);
  const [neededMajor = 0, neededMinor = 0] = needed.split(".").map(Number);
  return major > neededMajor || (major === neededMajor && minor >= neededMinor);
}

/** Bytes that the control groups allow; libuv answers with 0, the machine's memory or an absurd number without limit. */
function memoryLimit(): number | null {
  const limit = process.constrainedMemory();
  return limit > 0 && limit < totalmem() ? limit : null;
}

function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}

function readText(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
}
