import {
  createEngine,
  createPreparer,
  type Engine,
  engineFingerprint,
  featureLength,
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
    const loaded = await load(message).catch((error: Error) => error);
    if (loaded instanceof Error) {
      send({ kind: "failed", ...failureOf(loaded) });
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

async function load({ engine: name, weights: source, threads }: StartMessage) {
  const passedOver: string[] = [];
  const weights = await loadWeights(source).catch((error: Error) => {
    throw Object.assign(error, { code: "weights-unreadable" });
  });
  const engine = await createEngine({
    engine: name,
    weights,
    threads,
    onPassedOver: (passed, reason) => passedOver.push(`${passed}: ${reason}`),
  });
  return { engine, info: describe(engine, weights, passedOver) };
}

function describe(engine: Engine, weights: Weights, passedOver: readonly string[]): InferenceInfo {
  const untrained = weights.source === untrainedSource;
  const parts = engineFingerprint(engine, weights);
  return {
    ...parts,
    weights: untrained ? `${untrainedSource}:${weights.sha256}` : weights.sha256,
    engineVersion: engine.version,
    device: engine.device,
    dimension: featureLength,
    untrained,
    passedOver,
  };
}

function failureOf(error: Error & { readonly code?: unknown }): { code: string; message: string } {
  const code = error.code === "weights-unreadable" ? error.code : "engine-unavailable";
  return { code, message: error.message };
}
