/** Weights of one convolution, batch normalisation folded in. */
export interface LayerWeights {
  /** In Keras' order, see `kernelShape`. */
  readonly kernel: Float32Array;
  /** One value an output channel. */
  readonly bias: Float32Array;
}

export interface Weights {
  /** Hash of the file's bytes; part of every fingerprint. A random network has a fixed id of the same form. */
  readonly sha256: string;
  /** Path of the file, or "untrained". */
  readonly source: string;
  /** By name of the convolution's layer. */
  readonly tensors: ReadonlyMap<string, LayerWeights>;
}

/** The weights of a layer that the architecture promises. */
export function layerWeights(weights: Weights, name: string): LayerWeights {
  const found = weights.tensors.get(name);
  if (!found) throw new Error(`weights of ${weights.source}: no tensor for layer ${name}`);
  return found;
}
