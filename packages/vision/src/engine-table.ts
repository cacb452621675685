import type { Engine, EngineOptions } from "./engine.ts";
import {
  type EngineCandidate,
  type EngineName,
  type EngineRequest,
  engineCandidates,
  setUpCommand,
} from "./engine-choice.ts";
import { claimGpu } from "./gpus.ts";
import { UnreadableNetworkError } from "./unreadable-network-error.ts";

type EngineFactory = (options: EngineOptions) => Promise<Engine>;

interface EngineEntry {
  /** Imports the library; rejects where it does not load. */
  load(): Promise<EngineFactory>;
  /** What to do where it does not start. */
  readonly remedy: string;
}

/** Libraries are imported when asked for: each costs tens of megabytes and one of them may have no binary here. */
const engines: Readonly<Record<EngineName, EngineEntry>> = {
  onnxruntime: {
    load: async () => (await import("./engine-onnxruntime.ts")).createOnnxruntimeEngine,
    remedy:
      "Its binary exists for Linux and Windows on x64 and arm64 and for macOS on arm64; else use --engine tfjs-wasm.",
  },
  "tfjs-wasm": {
    load: async () => (await import("./engine-tfjs-wasm.ts")).createTfjsWasmEngine,
    remedy: "Install the package's dependencies again with `npm ci`.",
  },
  "tfjs-node": {
    load: async () => (await import("./engine-tfjs-node.ts")).createTfjsNodeEngine,
    remedy: `It comes with \`${setUpCommand("tfjs-node")}\`.`,
  },
  "tfjs-node-gpu": {
    load: async () => (await import("./engine-tfjs-node.ts")).createTfjsNodeGpuEngine,
    remedy: `It comes with \`${setUpCommand("tfjs-node-gpu")}\`.`,
  },
};

export interface StartOptions extends EngineRequest {
  /** Told when `auto` passes over an engine that does not start, and why. */
  readonly onPassedOver?: ((name: EngineName, reason: string) => void) | undefined;
}

export interface CreateEngineOptions extends Omit<EngineOptions, "gpu">, StartOptions {}

/** @throws Error with the remedy when the engine asked for, or with `auto` every engine, does not start here */
export function createEngine({ engine, device, onPassedOver, ...options }: CreateEngineOptions): Promise<Engine> {
  return startFirst({ engine, device, onPassedOver }, async ({ name, gpu }) => {
    const create = await engines[name].load();
    return create({ ...options, gpu: gpu !== undefined });
  });
}

/** The first of the engines that a request allows that starts. Rejects with what each of them said. */
export async function startFirst<T extends Engine>(
  { engine, device, onPassedOver = () => {} }: StartOptions,
  start: (candidate: EngineCandidate) => Promise<T>,
): Promise<T> {
  const candidates = engineCandidates({ engine, device });
  const failures: Error[] = [];
  for (const candidate of candidates) {
    const started = await startOn(candidate, start).catch((error: Error) => error);
    if (!(started instanceof Error)) return started;
    if (started instanceof UnreadableNetworkError) throw started;
    failures.push(started);
    if (candidates.length > failures.length) onPassedOver(candidate.name, started.message);
  }
  const [first] = failures;
  if (failures.length === 1 && first !== undefined) throw first;
  throw new Error(`No engine loads here. ${failures.map((failure) => failure.message).join(" ")}`);
}

async function startOn<T>(candidate: EngineCandidate, start: (candidate: EngineCandidate) => Promise<T>): Promise<T> {
  const { name, gpu } = candidate;
  try {
    if (gpu !== undefined) claimGpu(gpu);
    return await start(candidate);
  } catch (cause) {
    if (cause instanceof UnreadableNetworkError) throw cause;
    const why = cause instanceof Error ? cause.message : String(cause);
    const where = gpu === undefined ? "here" : `on the GPU ${gpu.name}`;
    throw new Error(`Engine ${name} does not load ${where}: ${why}. ${engines[name].remedy}`, { cause });
  }
}
