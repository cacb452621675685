import { PomonaError } from "@pomona/core";
import {
  createEngine,
  createPreparer,
  type Engine,
  engineFingerprint,
  featureLength,
  libvipsVersion,
  loadWeights,
  type Preparer,
  untrainedSource,
  type Weights,
} from "@pomona/vision";
import { FeatureLoop } from "./feature-loop.ts";
import type {
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
    const loaded = await load(message).catch((error: PomonaError) => error);
    if (loaded instanceof PomonaError) {
      const { code, message, remedy } = loaded;
      send({ kind: "failed", code, message, ...(remedy !== undefined && { remedy }) });
      return;
    }
    const { engine, info } = loaded;
    loop = new FeatureLoop({
      engine,
      inferBatch: message.inferBatch,
      onRows: (rows) => send({ kind: "rows", ...rows }),
      onRefused: (id, { reason, detail }) => send({ kind: "refused", id, stage: "decode", reason, detail }),
    });
    send({ kind: "ready", info });
  }

  return (message) => {
    if (message.kind === "start") {
      void start(message);
      return;
    }
    const { id, bytes, preparation } = message;
    if (loop === undefined) throw new Error(`image ${id} came before the engine was ready`);
    loop.accept({ id, bytes, prepare: preparerOf(preparation) });
  };
}

/** Rejects with `PomonaError` only. */
async function load({ engine: name, weights: source, threads }: StartMessage) {
  const passedOver: string[] = [];
  const weights = await loadWeights(source).catch((cause: Error) => {
    const remedy = "Give a Keras .h5 of MobileNetV2 with --weights FILE.";
    throw new PomonaError("weights-unreadable", cause.message, { cause, remedy });
  });
  const engine = await createEngine({
    engine: name,
    weights,
    threads,
    onPassedOver: (passed, reason) => passedOver.push(`${passed}: ${reason}`),
  }).catch((cause: Error) => {
    const remedy = "`pomona doctor` shows which engines run here; choose one with --engine.";
    throw new PomonaError("engine-unavailable", cause.message, { cause, remedy });
  });
  return { engine, info: describe(engine, weights, passedOver) };
}

function describe(engine: Engine, weights: Weights, passedOver: readonly string[]): InferenceInfo {
  return {
    ...engineFingerprint(engine, weights),
    libvips: libvipsVersion,
    engineVersion: engine.version,
    device: engine.device,
    dimension: featureLength,
    untrained: weights.source === untrainedSource,
    passedOver,
  };
}
