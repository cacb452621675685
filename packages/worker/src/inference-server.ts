import {
  chooseInferBatch,
  createEngine,
  createPreparer,
  type Engine,
  engineFingerprint,
  featureLength,
  gpuBatchSizes,
  libvipsVersion,
  loadWeights,
  measureInferBatch,
  type Preparer,
  untrainedSource,
  type Weights,
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
  const preparers = new Map<string, Preparer>();

  function preparerOf(preparation: Preparation): Preparer {
    const key = JSON.stringify(preparation);
    const preparer = preparers.get(key) ?? createPreparer(preparation);
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
    loop = new FeatureLoop({
      engine,
      inferBatch: info.inferBatch,
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

interface Loaded {
  readonly kind: "loaded";
  readonly engine: Engine;
  readonly info: InferenceInfo;
}

async function load({
  engine: name,
  device,
  weights: source,
  threads,
  inferBatch,
}: StartMessage): Promise<Loaded | FailedMessage> {
  const failed = (code: string, remedy: string) => (error: Error) =>
    ({ kind: "failed", code, message: error.message, remedy }) as const;
  const weights = await loadWeights(source).catch(
    failed("weights-unreadable", "Give a Keras .h5 of MobileNetV2 with --weights FILE."),
  );
  if ("kind" in weights) return weights;
  const passedOver: string[] = [];
  const engine = await createEngine({
    engine: name,
    device,
    weights,
    threads,
    onPassedOver: (passed, reason) => passedOver.push(`${passed}: ${reason}`),
  }).catch(failed("engine-unavailable", "`pomona doctor` shows which engines run here; choose one with --engine."));
  if ("kind" in engine) return engine;
  return {
    kind: "loaded",
    engine,
    info: describe(engine, weights, passedOver, inferBatch ?? (await imagesPerCall(engine))),
  };
}

/** More at a time do not fit the caches of a processor's core. */
const cpuInferBatch = 4;

async function imagesPerCall(engine: Engine): Promise<number> {
  if (engine.device === "cpu") return cpuInferBatch;
  return chooseInferBatch(await measureInferBatch(engine, { sizes: gpuBatchSizes })).inferBatch;
}

function describe(engine: Engine, weights: Weights, passedOver: readonly string[], inferBatch: number): InferenceInfo {
  return {
    ...engineFingerprint(engine, weights),
    inferBatch,
    libvips: libvipsVersion,
    engineVersion: engine.version,
    device: engine.device,
    dimension: featureLength,
    untrained: weights.source === untrainedSource,
    passedOver,
  };
}
