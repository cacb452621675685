import * as tf from "@tensorflow/tfjs-core";
import { type ConvolutionLayer, kernelShape, type Layer, mobileNetV2 } from "./architecture.ts";
import { layerWeights, type Weights } from "./weights.ts";

interface LayerTensors {
  readonly kernel: tf.Tensor4D;
  readonly bias: tf.Tensor1D;
}

/** The network on TensorFlow.js, whatever its backend: the weights are uploaded once, activations live for a call. */
export class TfjsNetwork {
  readonly #tensors: ReadonlyMap<string, LayerTensors>;

  constructor(weights: Weights) {
    const convolutions = mobileNetV2.layers.filter((layer) => layer.kind === "conv" || layer.kind === "depthwise");
    this.#tensors = new Map(
      convolutions.map((layer) => {
        const { kernel, bias } = layerWeights(weights, layer.name);
        return [layer.name, { kernel: tf.tensor4d(kernel, [...kernelShape(layer)]), bias: tf.tensor1d(bias) }];
      }),
    );
  }

  /**
   * @param image [n, height, width, channels], normalised; the caller's to dispose
   * @returns [n, features], the caller's to dispose; nothing else is left behind
   */
  evaluate(image: tf.Tensor4D): tf.Tensor {
    return tf.tidy(() => evaluate(image, this.#tensors));
  }

  dispose(): void {
    for (const { kernel, bias } of this.#tensors.values()) tf.dispose([kernel, bias]);
  }
}

function evaluate(image: tf.Tensor4D, tensors: ReadonlyMap<string, LayerTensors>): tf.Tensor {
  const values = new Map<string, tf.Tensor>([[mobileNetV2.inputName, image]]);
  const readers = countReaders(mobileNetV2.layers);
  const read = (name: string): tf.Tensor => values.get(name)!;
  let last: tf.Tensor = image;
  for (const layer of mobileNetV2.layers) {
    last = apply(layer, read, tensors);
    values.set(layer.name, last);
    // Each activation goes as soon as its last reader ran, or a batch of 32 would hold all of them: 800 MB.
    for (const name of inputsOf(layer)) {
      const left = readers.get(name)! - 1;
      readers.set(name, left);
      if (left === 0 && name !== mobileNetV2.inputName) read(name).dispose();
    }
  }
  return last;
}

function apply(layer: Layer, read: (name: string) => tf.Tensor, tensors: ReadonlyMap<string, LayerTensors>): tf.Tensor {
  if (layer.kind === "add") return tf.add(read(layer.inputs[0]), read(layer.inputs[1]));
  if (layer.kind === "globalAverage") return tf.mean(read(layer.input), [1, 2]);
  return convolve(layer, read(layer.input) as tf.Tensor4D, tensors.get(layer.name)!);
}

function convolve(layer: ConvolutionLayer, x: tf.Tensor4D, { kernel, bias }: LayerTensors): tf.Tensor4D {
  const convolution = layer.kind === "conv" ? tf.fused.conv2d : tf.fused.depthwiseConv2d;
  // The architecture's paddings are TensorFlow's 'same', which tfjs computes alike.
  return convolution({ x, filter: kernel, bias, strides: layer.stride, pad: "same", activation: layer.activation });
}

const inputsOf = (layer: Layer): readonly string[] => (layer.kind === "add" ? layer.inputs : [layer.input]);

function countReaders(layers: readonly Layer[]): Map<string, number> {
  const readers = new Map<string, number>();
  for (const name of layers.flatMap(inputsOf)) readers.set(name, (readers.get(name) ?? 0) + 1);
  return readers;
}
