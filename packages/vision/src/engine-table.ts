import type { Engine, EngineOptions } from "./engine.ts";

type EngineFactory = (options: EngineOptions) => Promise<Engine>;

interface EngineEntry {
  /** Imports the library; rejects where it does not load. */
  load(): Promise<EngineFactory>;
  /** What to do where it does not load. */
  readonly remedy: string;
}

const tfjsNode: EngineEntry = {
  load: () => Promise.reject(new Error("not set up")),
  remedy: "It comes with `npm run setup:tfjs`.",
};

/** Libraries are imported when asked for: each costs tens of megabytes and one of them may have no binary here. */
const engines = {
  onnxruntime: {
    load: async () => (await import("./engine-onnxruntime.ts")).createOnnxruntimeEngine,
    remedy:
      "Its binary exists for Linux and Windows on x64 and arm64 and for macOS on arm64; else use --engine tfjs-wasm.",
  },
  "tfjs-wasm": {
    load: async () => (await import("./engine-tfjs-wasm.ts")).createTfjsWasmEngine,
    remedy: "Install the package's dependencies again with `npm ci`.",
  },
  "tfjs-node": tfjsNode,
  "tfjs-node-gpu": tfjsNode,
} satisfies Record<string, EngineEntry>;

export type EngineName = keyof typeof engines;

export const engineNames = Object.keys(engines) as readonly EngineName[];

/** `auto` takes the first that loads. */
const automatic: readonly EngineName[] = ["onnxruntime", "tfjs-wasm"];

export interface CreateEngineOptions extends EngineOptions {
  /** Default "auto". */
  readonly engine?: EngineName | "auto";
  /** Told when `auto` passes over an engine that does not load, and why. */
  readonly onPassedOver?: (name: EngineName, reason: string) => void;
}

/** @throws Error with the remedy when the engine asked for, or with `auto` every engine, does not load here */
export async function createEngine({
  engine = "auto",
  weights,
  threads = 1,
  onPassedOver = () => {},
}: CreateEngineOptions): Promise<Engine> {
  if (engine !== "auto") return (await loadEngine(engine))({ weights, threads });
  const failures: Error[] = [];
  for (const name of automatic) {
    const create = await loadEngine(name).catch((error: Error) => error);
    if (!(create instanceof Error)) return create({ weights, threads });
    failures.push(create);
    onPassedOver(name, create.message);
  }
  throw new Error(`No engine loads here. ${failures.map((failure) => failure.message).join(" ")}`);
}

async function loadEngine(name: EngineName): Promise<EngineFactory> {
  const { load, remedy } = engines[name];
  try {
    return await load();
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`Engine ${name} does not load here: ${why}. ${remedy}`, { cause });
  }
}
