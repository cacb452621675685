import { findGpus, type Gpu } from "./gpus.ts";
import { isTensorflowSetUp } from "./tensorflow-library.ts";

/** Where each engine can compute. */
const engineDevices = {
  onnxruntime: ["gpu", "cpu"],
  "tfjs-wasm": ["cpu"],
  "tfjs-node": ["cpu"],
  "tfjs-node-gpu": ["gpu"],
} as const satisfies Record<string, readonly ("gpu" | "cpu")[]>;

export type EngineName = keyof typeof engineDevices;

export const engineNames = Object.keys(engineDevices) as readonly EngineName[];

/** `gpu` is the first one; `auto` a GPU where there is one and an engine for it, else the CPU. */
export type DeviceRequest = "auto" | "cpu" | "gpu" | `gpu:${number}`;

/** What `auto` tries, in this order. */
const automatic: Readonly<Record<"gpu" | "cpu", readonly EngineName[]>> = {
  gpu: ["tfjs-node-gpu", "onnxruntime"],
  cpu: ["onnxruntime", "tfjs-wasm"],
};

export interface EngineRequest {
  readonly engine?: EngineName | "auto" | undefined;
  readonly device?: DeviceRequest | undefined;
}

/** An engine and what it is to compute on. */
export interface EngineCandidate {
  readonly name: EngineName;
  /** The GPU; undefined for the CPU. */
  readonly gpu: Gpu | undefined;
}

/**
 * Engines to try, the first that starts wins. A GPU that is asked for and not there is an error, and never the CPU.
 *
 * @throws Error with the remedy where the request cannot be met here, whatever is installed
 */
export function engineCandidates(
  { engine = "auto", device = "auto" }: EngineRequest,
  gpus: () => readonly Gpu[] = findGpus,
): EngineCandidate[] {
  const places = device === "auto" ? (["gpu", "cpu"] as const) : ([device === "cpu" ? "cpu" : "gpu"] as const);
  if (engine !== "auto" && !places.some((place) => computesOn(engine, place))) {
    const [only] = engineDevices[engine];
    const instead = only === "cpu" ? "--engine tfjs-node-gpu or onnxruntime" : "--engine tfjs-node";
    throw new Error(
      `Engine ${engine} computes on the ${only.toUpperCase()} only. For --device ${device} use ${instead}.`,
    );
  }
  const gpu = device === "cpu" ? undefined : chooseGpu(device, engine, gpus());
  return places.flatMap((place) => {
    if (place === "gpu" && gpu === undefined) return [];
    const names = engine === "auto" ? automatic[place] : computesOn(engine, place) ? [engine] : [];
    return names.map((name) => ({ name, gpu: place === "gpu" ? gpu : undefined }));
  });
}

/**
 * Looks whether a request can be met, without loading any library.
 *
 * @throws Error with the remedy
 */
export function requireEngine(request: EngineRequest, gpus: () => readonly Gpu[] = findGpus): void {
  const reasons = engineCandidates(request, gpus).map(({ name }) => missingSetUp(name));
  const [first] = reasons;
  if (first !== undefined && reasons.every((reason) => reason !== undefined)) throw new Error(first);
}

/** How the set-up of an engine is named wherever it is missing. */
export function setUpCommand(name: "tfjs-node" | "tfjs-node-gpu"): string {
  return name === "tfjs-node" ? "npm run setup:tfjs" : "npm run setup:tfjs -- --gpu";
}

function missingSetUp(name: EngineName): string | undefined {
  if (name !== "tfjs-node" && name !== "tfjs-node-gpu") return undefined;
  if (isTensorflowSetUp(`@tensorflow/${name}`)) return undefined;
  return `Engine ${name} does not load here: not set up. It comes with \`${setUpCommand(name)}\`.`;
}

function chooseGpu(device: DeviceRequest, engine: EngineName | "auto", gpus: readonly Gpu[]): Gpu | undefined {
  const needed = device !== "auto" || (engine !== "auto" && !computesOn(engine, "cpu"));
  const index = device === "auto" || device === "gpu" ? 0 : Number(device.slice("gpu:".length));
  const gpu = gpus[index];
  if (gpu !== undefined || !needed) return gpu;
  const asked = device === "auto" ? `Engine ${engine}` : `--device ${device}`;
  if (gpus.length > 0) {
    const known = gpus.map(({ index, name }) => `gpu:${index} is ${name}`).join(", ");
    throw new Error(`${asked} needs a GPU that is not there: ${known}.`);
  }
  throw new Error(
    `${asked} needs an NVIDIA GPU, and there is no NVIDIA GPU here, or no driver for it (\`nvidia-smi\` shows both). A container sees it by the NVIDIA container toolkit (docker run --gpus all). Without one use --device cpu and --engine auto.`,
  );
}

function computesOn(engine: EngineName, place: "gpu" | "cpu"): boolean {
  return (engineDevices[engine] as readonly string[]).includes(place);
}
