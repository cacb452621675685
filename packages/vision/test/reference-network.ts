import { type ConvolutionLayer, type Layer, mobileNetV2 } from "../src/architecture.ts";
import { layerWeights, type Weights } from "../src/weights.ts";

interface Activations {
  readonly size: number;
  readonly channels: number;
  /** Height, width, channel; the channel is the fastest. */
  readonly values: Float64Array;
}

/** The network by its definition, in double precision and without any library: the oracle of every engine. */
export function referenceFeatures(pixels: Uint8Array, weights: Weights): Float64Array {
  const { inputName, inputSize, inputChannels, normalisation, layers } = mobileNetV2;
  const values = Float64Array.from(pixels, (value) => value / normalisation.divisor + normalisation.offset);
  const results = new Map<string, Activations>([[inputName, { size: inputSize, channels: inputChannels, values }]]);
  for (const layer of layers) results.set(layer.name, evaluate(layer, results, weights));
  return results.get(layers.at(-1)!.name)!.values;
}

function evaluate(layer: Layer, results: ReadonlyMap<string, Activations>, weights: Weights): Activations {
  if (layer.kind === "add") {
    const [a, b] = layer.inputs.map((name) => results.get(name)!);
    return { ...a, values: a.values.map((value, index) => value + b.values[index]) };
  }
  const input = results.get(layer.input)!;
  return layer.kind === "globalAverage" ? average(input) : convolve(layer, input, weights);
}

function average({ size, channels, values }: Activations): Activations {
  const sums = new Float64Array(channels);
  for (const [index, value] of values.entries()) sums[index % channels] += value;
  return { size: 1, channels, values: sums.map((sum) => sum / (size * size)) };
}

function convolve(layer: ConvolutionLayer, input: Activations, weights: Weights): Activations {
  const { kernelSize, stride, padding, outputChannels, activation } = layer;
  const { kernel, bias } = layerWeights(weights, layer.name);
  const size = (input.size + padding.top + padding.bottom - kernelSize) / stride + 1;
  const depthwise = layer.kind === "depthwise";
  const whole = Math.floor(size);
  const values = new Float64Array(whole * whole * outputChannels);
  for (let y = 0; y < whole; y++) {
    for (let x = 0; x < whole; x++) {
      const out = values.subarray((y * whole + x) * outputChannels, (y * whole + x + 1) * outputChannels);
      out.set(bias);
      for (let ky = 0; ky < kernelSize; ky++) {
        const sourceY = y * stride + ky - padding.top;
        if (sourceY < 0 || sourceY >= input.size) continue;
        for (let kx = 0; kx < kernelSize; kx++) {
          const sourceX = x * stride + kx - padding.left;
          if (sourceX < 0 || sourceX >= input.size) continue;
          const tap = ky * kernelSize + kx;
          const from = (sourceY * input.size + sourceX) * input.channels;
          if (depthwise) {
            for (let c = 0; c < outputChannels; c++)
              out[c] += input.values[from + c] * kernel[tap * outputChannels + c];
            continue;
          }
          for (let c = 0; c < input.channels; c++) {
            const value = input.values[from + c];
            const row = (tap * input.channels + c) * outputChannels;
            for (let o = 0; o < outputChannels; o++) out[o] += value * kernel[row + o];
          }
        }
      }
      if (activation === "relu6") for (let o = 0; o < outputChannels; o++) out[o] = Math.min(Math.max(out[o], 0), 6);
    }
  }
  return { size: whole, channels: outputChannels, values };
}
