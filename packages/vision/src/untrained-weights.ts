import { createHash } from "node:crypto";
import { type Architecture, convolutions, mobileNetV2 } from "./architecture.ts";
import type { LayerWeights, Weights } from "./weights.ts";

export const untrainedSource = "untrained";

/**
 * A random network, the same on every machine: for demonstrations and tests without a weights file. Kernels have
 * variance 2 / fan-in (He et al. 2015), so activations keep their size through all layers and features vary.
 */
export function untrainedWeights({ architecture = mobileNetV2, seed = 1 }: UntrainedOptions = {}): Weights {
  const normal = normalGenerator(seed);
  const tensors = new Map<string, LayerWeights>();
  for (const layer of convolutions(architecture)) {
    const area = layer.kernelSize * layer.kernelSize;
    const fanIn = layer.kind === "conv" ? area * layer.inputChannels : area;
    const gain = layer.activation === "linear" ? 1 : 2;
    const scale = Math.sqrt(gain / fanIn);
    const kernel = Float32Array.from({ length: fanIn * layer.outputChannels }, () => normal() * scale);
    const bias = Float32Array.from({ length: layer.outputChannels }, () => normal() * 0.1);
    tensors.set(layer.name, { kernel, bias });
  }
  // The recipe names the network: another seed or another generator must not share an id.
  const sha256 = createHash("sha256").update(`${untrainedSource}/${architecture.name}/v1/${seed}`).digest("hex");
  return { sha256, source: untrainedSource, tensors };
}

export interface UntrainedOptions {
  readonly architecture?: Architecture;
  /** Integer, default 1. */
  readonly seed?: number;
}

/**
 * Sum of four uniform numbers, centred and scaled to variance 1: bell-shaped, and made of exact operations only, so that
 * no platform's `Math.log` or `Math.cos` can change a bit. Uniforms by mulberry32.
 */
function normalGenerator(seed: number): () => number {
  let state = seed >>> 0;
  function uniform(): number {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }
  return () => (uniform() + uniform() + uniform() + uniform() - 2) * Math.sqrt(3);
}
