import type { Engine } from "./engine.ts";
import { type CreateEngineOptions, createEngine, startFirst } from "./engine-table.ts";
import { type EngineFingerprint, engineFingerprint } from "./feature-fingerprint.ts";
import { loadWeights } from "./find-weights.ts";
import { type OnnxNetworkOptions, readOnnxNetwork } from "./onnx-network.ts";
import { UnreadableNetworkError } from "./unreadable-network-error.ts";
import { untrainedSource } from "./untrained-weights.ts";

/**
 * MobileNetV2 with these weights (a file or `untrained`; `cacheDir`: where they are kept as the engine wants them), or a
 * network of the user's own.
 */
export type NetworkSource =
  | { readonly weights: string; readonly cacheDir?: string | undefined }
  | { readonly model: OnnxNetworkOptions };

export interface LoadedNetwork {
  readonly engine: Engine;
  readonly fingerprint: EngineFingerprint;
  /** Its numbers describe nothing. */
  readonly untrained: boolean;
  /** What was assumed of it, in words. */
  readonly notices: readonly string[];
}

/** Loads a network and the engine that evaluates it. Rejects with {@link UnreadableNetworkError} where its file is at fault. */
export async function loadNetwork(
  source: NetworkSource,
  options: Omit<CreateEngineOptions, "weights">,
): Promise<LoadedNetwork> {
  return "model" in source ? loadOwnNetwork(source.model, options) : loadMobileNet(source, options);
}

async function loadMobileNet(
  { weights: file, cacheDir }: Extract<NetworkSource, { readonly weights: string }>,
  options: Omit<CreateEngineOptions, "weights">,
): Promise<LoadedNetwork> {
  const weights = await loadWeights(file, { cacheDir }).catch(unreadable);
  const engine = await createEngine({ ...options, weights });
  const fingerprint = engineFingerprint(engine, weights);
  return { engine, fingerprint, untrained: weights.source === untrainedSource, notices: [] };
}

async function loadOwnNetwork(
  model: OnnxNetworkOptions,
  { engine = "auto", threads = 1, ...options }: Omit<CreateEngineOptions, "weights">,
): Promise<LoadedNetwork> {
  if (engine !== "auto" && engine !== "onnxruntime") {
    throw new Error(`Engine ${engine} can't evaluate ${model.file}: a network of your own needs --engine onnxruntime.`);
  }
  const network = await readOnnxNetwork(model).catch(unreadable);
  // Here, as it imports onnxruntime, which another network may do without.
  const { createOnnxNetworkEngine } = await import("./engine-onnx-network.ts");
  const started = await startFirst({ ...options, engine: "onnxruntime" }, async ({ gpu }) =>
    createOnnxNetworkEngine({ network, threads, gpu: gpu !== undefined }),
  );
  const { name, precision, networkName, assumption } = started;
  return {
    engine: started,
    fingerprint: { network: networkName, weights: network.sha256, engine: name, precision },
    untrained: false,
    notices: assumption === undefined ? [] : [assumption],
  };
}

function unreadable(cause: Error): never {
  throw new UnreadableNetworkError(cause.message, { cause });
}
