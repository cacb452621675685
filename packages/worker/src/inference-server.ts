import {
  chooseInferBatch,
  type Engine,
  gpuBatchSizes,
  type LoadedNetwork,
  libvipsVersion,
  loadNetwork,
  measureInferBatch,
  UnreadableNetworkError,
  withFixedCalls,
} from "@pomona/vision";
import { CallLoop } from "./call-loop.ts";
import { FeatureLoop } from "./feature-loop.ts";
// Not from core, nor anything that imports it: the garbage collector would go through all of it for every other image.
import type {
  FailedMessage,
  InferenceInfo,
  MessageFromChild,
  MessageToChild,
  StartMessage,
} from "./inference-messages.ts";
import { Preparers } from "./preparers.ts";
import { sharedDescriptor } from "./shared-file.ts";

export interface InferenceServerOptions {
  readonly send: (message: MessageFromChild) => void;
}

/**
 * The life of an inference process: `start` loads one engine, every `image` is answered by a row or a refusal, every
 * `call` by rows. An error of ours or of the engine while it computes is thrown, which ends the process: the worker then
 * finds out which image did it.
 */
export function createInferenceServer({ send }: InferenceServerOptions): (message: MessageToChild) => void {
  let loops: Loops | undefined;
  const preparers = new Preparers();

  async function start(message: StartMessage): Promise<void> {
    const loaded = await load(message);
    if (loaded.kind === "failed") {
      send(loaded);
      return;
    }
    const { engine, info } = loaded;
    loops = {
      inputSize: engine.inputSize,
      images: new FeatureLoop({
        engine,
        inferBatch: info.inferBatch,
        poolThreads: message.poolThreads,
        onRows: (rows) => send({ kind: "rows", ...rows }),
        onUnread: (id) => send({ kind: "unread", id }),
        onRefused: (id, { reason, detail }) => send({ kind: "refused", id, stage: "decode", reason, detail }),
      }),
      calls: new CallLoop({
        engine,
        descriptor: sharedDescriptor,
        onCalled: (called) => send({ kind: "called", ...called }),
      }),
    };
    send({ kind: "ready", info });
  }

  return (message) => {
    if (message.kind === "start") {
      void start(message);
      return;
    }
    if (loops === undefined) throw new Error(`${message.kind} came before the engine was ready`);
    if (message.kind === "call") {
      loops.calls.accept(message);
    } else if (message.kind === "image") {
      const { id, source, preparation } = message;
      loops.images.accept({ id, source, preparer: preparers.of(preparation, loops.inputSize) });
    } else {
      throw new Error(`an engine was sent ${message.kind}`);
    }
  };
}

/** The two ways in which images come, of which a worker uses one. */
interface Loops {
  readonly inputSize: number;
  readonly images: FeatureLoop;
  readonly calls: CallLoop;
}

interface Started {
  readonly kind: "started";
  readonly engine: Engine;
  readonly info: InferenceInfo;
}

async function load({ network, engine, device, threads, inferBatch }: StartMessage): Promise<Started | FailedMessage> {
  const passedOver: string[] = [];
  const onPassedOver = (passed: string, reason: string): void => void passedOver.push(`${passed}: ${reason}`);
  try {
    const loaded = await loadNetwork(network, { engine, device, threads, onPassedOver });
    const size = inferBatch ?? (await imagesPerCall(loaded.engine));
    const engineOfCalls = loaded.engine.device === "gpu" ? withFixedCalls(loaded.engine, size) : loaded.engine;
    return { kind: "started", engine: engineOfCalls, info: { ...describe(loaded), inferBatch: size, passedOver } };
  } catch (error) {
    const { message } = error as Error;
    return { kind: "failed", message, ...(error instanceof UnreadableNetworkError ? unreadable : unavailable) };
  }
}

const unreadable = {
  code: "weights-unreadable",
  remedy: "Give a Keras .h5 of MobileNetV2 with --weights FILE, or an ONNX network with --model FILE.",
};
const unavailable = {
  code: "engine-unavailable",
  remedy: "`pomona doctor` shows which engines run here; choose one with --engine.",
};

/** More at a time do not fit the caches of a processor's core. */
const cpuInferBatch = 4;

async function imagesPerCall(engine: Engine): Promise<number> {
  if (engine.device === "cpu") return cpuInferBatch;
  return chooseInferBatch(await measureInferBatch(engine, { sizes: gpuBatchSizes })).inferBatch;
}

function describe({ engine, fingerprint, untrained, notices }: LoadedNetwork) {
  const { version, device, dimension, inputSize } = engine;
  const described = { engineVersion: version, device, dimension, inputSize, untrained, notices };
  return { ...fingerprint, libvips: libvipsVersion, ...described };
}
