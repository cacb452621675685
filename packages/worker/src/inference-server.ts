import {
  chooseInferBatch,
  createPreparer,
  type Engine,
  gpuBatchSizes,
  type LoadedNetwork,
  libvipsVersion,
  loadNetwork,
  measureInferBatch,
  type Preparer,
  UnreadableNetworkError,
} from "@pomona/vision";
import { FeatureLoop } from "./feature-loop.ts";
// Not from core, nor anything that imports it: the garbage collector would go through all of it for every other image.
import type {
  FailedMessage,
  InferenceInfo,
  MessageFromChild,
  MessageToChild,
  Preparation,
  StartMessage,
} from "./inference-messages.ts";

export interface InferenceServerOptions {
  readonly send: (message: MessageFromChild) => void;
}

/**
 * The life of an inference process: `start` loads one engine, every `image` is answered by a row or a refusal. An error
 * of ours or of the engine while it computes is thrown, which ends the process: the worker then finds out which image
 * did it.
 */
export function createInferenceServer({ send }: InferenceServerOptions): (message: MessageToChild) => void {
  let loop: FeatureLoop | undefined;
  let size: number | undefined;
  const preparers = new Map<string, Preparer>();

  function preparerOf(preparation: Preparation): Preparer {
    const key = JSON.stringify(preparation);
    const preparer = preparers.get(key) ?? createPreparer({ ...preparation, ...(size !== undefined && { size }) });
    preparers.set(key, preparer);
    return preparer;
  }

  async function start(message: StartMessage): Promise<void> {
    const loaded = await load(message);
    if (loaded.kind === "failed") {
      send(loaded);
      return;
    }
    const { engine, info } = loaded;
    size = engine.inputSize;
    loop = new FeatureLoop({
      engine,
      inferBatch: info.inferBatch,
      poolThreads: message.poolThreads,
      onRows: (rows) => send({ kind: "rows", ...rows }),
      onUnread: (id) => send({ kind: "unread", id }),
      onRefused: (id, { reason, detail }) => send({ kind: "refused", id, stage: "decode", reason, detail }),
    });
    send({ kind: "ready", info });
  }

  return (message) => {
    if (message.kind === "start") {
      void start(message);
      return;
    }
    const { id, source, preparation } = message;
    if (loop === undefined) throw new Error(`image ${id} came before the engine was ready`);
    loop.accept({ id, source, prepare: preparerOf(preparation) });
  };
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
    const info = { ...describe(loaded), inferBatch: inferBatch ?? (await imagesPerCall(loaded.engine)), passedOver };
    return { kind: "started", engine: loaded.engine, info };
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
  const { version, device, dimension } = engine;
  return { ...fingerprint, libvips: libvipsVersion, engineVersion: version, device, dimension, untrained, notices };
}
