import { createHash, randomUUID } from "node:crypto";
import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { type Architecture, convolutions, kernelShape } from "./architecture.ts";
import { decodeSafetensors, encodeSafetensors, type FloatTensor } from "./safetensors.ts";
import { layerWeights, type Weights } from "./weights.ts";

/** Raised whenever folding gives other values, or the architecture other names. */
const foldVersion = 1;

export interface FoldedWeightsPlace {
  /** The user's cache folder of this program. */
  readonly cacheDir: string;
  /** Hash of the Keras file. */
  readonly sha256: string;
  readonly architecture: Architecture;
}

/**
 * Weights that a process folded before: reading them takes far less than HDF5 does, at every start of every inference
 * process. Undefined where there are none, or where the file is not as it was written.
 */
export async function readFoldedWeights(place: FoldedWeightsPlace): Promise<Weights["tensors"] | undefined> {
  try {
    const { tensors, metadata } = decodeSafetensors(await readFile(fileOf(place)));
    if (metadata.values !== hashOf(tensors)) return undefined;
    return new Map(convolutions(place.architecture).map(({ name }) => [name, layerOf(tensors, name)]));
  } catch {
    return undefined;
  }
}

/** Keeps weights for the next process. What keeps the cache from being written is no fault: it is read-only in containers. */
export async function keepFoldedWeights(place: FoldedWeightsPlace, weights: Weights): Promise<void> {
  const tensors = new Map<string, FloatTensor>();
  for (const layer of convolutions(place.architecture)) {
    const { kernel, bias } = layerWeights(weights, layer.name);
    tensors.set(`${layer.name}/kernel`, { shape: kernelShape(layer), values: kernel });
    tensors.set(`${layer.name}/bias`, { shape: [bias.length], values: bias });
  }
  const target = fileOf(place);
  // Several processes start at once: each writes a file of its own, and any of them may be the last one.
  const written = `${target}.${randomUUID()}`;
  try {
    await mkdir(dirname(target), { recursive: true });
    await writeFile(written, encodeSafetensors({ tensors, metadata: { values: hashOf(tensors) } }));
    await rename(written, target);
  } catch {
    await rm(written, { force: true }).catch(() => {});
  }
}

function fileOf({ cacheDir, sha256, architecture }: FoldedWeightsPlace): string {
  return join(cacheDir, "folded", `${architecture.name}-${sha256}-${foldVersion}.safetensors`);
}

function layerOf(tensors: ReadonlyMap<string, FloatTensor>, name: string) {
  const kernel = tensors.get(`${name}/kernel`)?.values;
  const bias = tensors.get(`${name}/bias`)?.values;
  if (kernel === undefined || bias === undefined) throw new RangeError(`folded weights: no tensors for ${name}`);
  return { kernel, bias };
}

function hashOf(tensors: ReadonlyMap<string, FloatTensor>): string {
  const hash = createHash("sha256");
  for (const [name, { values }] of tensors) hash.update(name).update(values);
  return hash.digest("hex");
}
