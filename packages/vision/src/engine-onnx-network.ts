import { withOutput } from "@pomona/onnx";
import { type InferenceSession, Tensor } from "onnxruntime-node";
import { checkPixels, type Engine } from "./engine.ts";
import type { InputLayout, OnnxNetwork } from "./onnx-network.ts";
import { createOnnxSession, onnxruntimeVersion } from "./onnx-session.ts";
import { normalisationTable, parseNormalisation } from "./pixel-normalisation.ts";
import { UnreadableNetworkError } from "./unreadable-network-error.ts";

export interface OnnxNetworkEngineOptions {
  readonly network: OnnxNetwork;
  readonly threads?: number;
  readonly gpu?: boolean;
}

export interface OnnxNetworkEngine extends Engine {
  /** Everything of the network but its weights that decides about a feature, for the fingerprint. */
  readonly networkName: string;
  /** What nobody said and was assumed, in words; undefined where nothing was. */
  readonly assumption: string | undefined;
}

/** What is taken where neither the options, the sidecar nor the graph say it: most exported networks are torchvision's. */
const assumed = { inputSize: 224, inputLayout: "nchw", inputChannels: "rgb", inputNormalisation: "imagenet" } as const;

/** Order of the channels r, g, b in the network's input. */
const channelOrders = { rgb: [0, 1, 2], bgr: [2, 1, 0] } as const;

/**
 * A network of the user's own, by onnxruntime. The length of a feature vector is found by computing one.
 *
 * @throws UnreadableNetworkError where it has not one image as input, or `output` is not one vector an image
 */
export async function createOnnxNetworkEngine(options: OnnxNetworkEngineOptions): Promise<OnnxNetworkEngine> {
  const { network, threads = 1, gpu = false } = options;
  const { session, output } = await openSession(network, { threads, gpu });
  const input = imageInput(session, network);
  const { inputSize, inputLayout, inputChannels, inputNormalisation, type } = input;
  const fill = pixelFiller(input);

  async function infer(pixels: Uint8Array, n: number): Promise<Tensor> {
    const shape = inputLayout === "nchw" ? [n, 3, inputSize, inputSize] : [n, inputSize, inputSize, 3];
    const tensor =
      type === "uint8"
        ? new Tensor("uint8", fill(pixels, n, new Uint8Array(pixels.length)), shape)
        : new Tensor("float32", fill(pixels, n, new Float32Array(pixels.length)), shape);
    return (await session.run({ [input.name]: tensor }, [output]))[output] as Tensor;
  }

  const dimension = vectorLength(await infer(new Uint8Array(inputSize * inputSize * 3), 1), output, network);
  const guessed = Object.keys(assumed).filter((name) => !input.known.has(name));
  return {
    name: "onnxruntime",
    version: onnxruntimeVersion,
    precision: "float32",
    device: gpu ? "gpu" : "cpu",
    inputSize,
    dimension,
    networkName: `onnx ${output} ${inputSize} ${inputLayout} ${inputChannels} ${inputNormalisation}`,
    assumption:
      guessed.length === 0
        ? undefined
        : `Nothing says ${guessed.join(", ")} of ${network.file}; assumed: ${inputSize} × ${inputSize}, ${inputLayout}, ${inputChannels}, ${inputNormalisation}.`,
    async inferBatch(pixels, n) {
      checkPixels(pixels, n, { inputSize });
      const { data } = await infer(pixels, n);
      if (!(data instanceof Float32Array)) throw new Error(`onnxruntime: ${output} is not float32`);
      if (data.length !== n * dimension) throw new Error(`onnxruntime: ${output} gave ${data.length} values for ${n}`);
      return data;
    },
    dispose: () => session.release(),
  };
}

/** A value inside the graph is made an output of it first. */
async function openSession(
  { bytes, file, output }: OnnxNetwork,
  options: { readonly threads: number; readonly gpu: boolean },
): Promise<{ session: InferenceSession; output: string }> {
  const open = (model: Uint8Array): Promise<InferenceSession> =>
    createOnnxSession(model, options).catch((cause: Error) => {
      throw new UnreadableNetworkError(`${file}: onnxruntime can't load it: ${cause.message}`, { cause });
    });
  const session = await open(bytes);
  const [first, ...others] = session.outputNames;
  if (output === undefined && others.length > 0) {
    const names = session.outputNames.join(", ");
    throw new UnreadableNetworkError(`${file} has several outputs: choose one of ${names} with --output.`);
  }
  const wanted = output ?? first ?? "";
  if (session.outputNames.includes(wanted)) return { session, output: wanted };
  const inner = await createOnnxSession(withOutput(bytes, wanted), options).catch((cause: Error) => {
    throw new UnreadableNetworkError(
      `${file} computes no value named ${wanted}. Its outputs: ${session.outputNames.join(", ")}; --output takes names of inner values too.`,
      { cause },
    );
  });
  await session.release();
  return { session: inner, output: wanted };
}

interface ImageInput {
  readonly name: string;
  readonly type: "float32" | "uint8";
  readonly inputSize: number;
  readonly inputLayout: InputLayout;
  readonly inputChannels: "rgb" | "bgr";
  readonly inputNormalisation: string;
  /** What was said or found, and not assumed. */
  readonly known: ReadonlySet<string>;
}

function imageInput(session: InferenceSession, network: OnnxNetwork): ImageInput {
  const { file } = network;
  const [input, ...others] = session.inputMetadata;
  if (input === undefined || others.length > 0 || !input.isTensor) {
    throw new UnreadableNetworkError(`${file} takes ${session.inputNames.join(", ")}, not one image.`);
  }
  const { name, type, shape } = input;
  if (type !== "float32" && type !== "uint8")
    throw new UnreadableNetworkError(`${file}: its input ${name} is ${type}, not float32.`);
  if (shape.length !== 0 && shape.length !== 4) {
    throw new UnreadableNetworkError(
      `${file}: its input ${name} has the shape [${shape.join(", ")}], not that of images.`,
    );
  }
  const found = {
    ...(shape[1] === 3 && { inputLayout: "nchw" as const, ...sizeOf(shape[2]) }),
    ...(shape[3] === 3 && { inputLayout: "nhwc" as const, ...sizeOf(shape[1]) }),
    // Bytes go in as bytes.
    ...(type === "uint8" && { inputNormalisation: "none" }),
  };
  const { inputSize, inputLayout, inputChannels, inputNormalisation } = network;
  const said = Object.entries({ inputSize, inputLayout, inputChannels, inputNormalisation }).filter(
    ([, value]) => value !== undefined,
  );
  const all = { ...assumed, ...found, ...(Object.fromEntries(said) as Partial<ImageInput>) };
  if (type === "uint8" && all.inputNormalisation !== "none") {
    throw new UnreadableNetworkError(
      `${file}: its input ${name} takes bytes, so --input-normalisation can only be none.`,
    );
  }
  return { name, type, ...all, known: new Set([...Object.keys(found), ...said.map(([key]) => key)]) };
}

function sizeOf(side: number | string | undefined): { inputSize?: number } {
  return typeof side === "number" && side > 0 ? { inputSize: side } : {};
}

/** Puts RGB bytes into the network's order. */
function pixelFiller({ inputSize, inputLayout, inputChannels, inputNormalisation, type }: ImageInput) {
  const table = normalisationTable(parseNormalisation(inputNormalisation));
  const order = channelOrders[inputChannels];
  const area = inputSize * inputSize;
  const planar = inputLayout === "nchw";
  return function fill<T extends Float32Array | Uint8Array>(pixels: Uint8Array, n: number, to: T): T {
    for (const [place, channel] of order.entries()) {
      const values = table[channel];
      for (let image = 0; image < n; image++) {
        const from = image * area * 3 + channel;
        const first = image * area * 3 + (planar ? place * area : place);
        const step = planar ? 1 : 3;
        for (let i = 0; i < area; i++) {
          const value = pixels[from + i * 3];
          to[first + i * step] = type === "uint8" ? value : values[value];
        }
      }
    }
    return to;
  };
}

/** Of [1, d] and of [1, d, 1, 1]. */
function vectorLength({ dims, type }: Tensor, output: string, { file }: OnnxNetwork): number {
  const [n, dimension = 0, ...rest] = dims;
  if (type === "float32" && n === 1 && dimension > 0 && rest.every((size) => size === 1)) return dimension;
  throw new UnreadableNetworkError(
    `${file}: ${output} is ${type} [${dims.join(", ")}] for one image, not one float32 vector. Choose another value with --output, or add a pooling to the network.`,
  );
}
