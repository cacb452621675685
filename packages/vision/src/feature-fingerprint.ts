import { mobileNetV2 } from "./architecture.ts";
import type { Engine } from "./engine.ts";
import { untrainedSource } from "./untrained-weights.ts";
import type { Weights } from "./weights.ts";

/** The network's share of what changes a feature. */
export interface EngineFingerprint {
  readonly network: string;
  readonly weights: string;
  readonly engine: string;
  readonly precision: string;
}

/** The version of the engine's library is not in it: parity holds each one within 1e-4 of Keras. */
export function engineFingerprint(
  { name, precision }: Pick<Engine, "name" | "precision">,
  { sha256, source }: Pick<Weights, "sha256" | "source">,
): EngineFingerprint {
  // Said wherever the fingerprint is: numbers of a random network describe nothing.
  const weights = source === untrainedSource ? `${untrainedSource}:${sha256}` : sha256;
  return { network: mobileNetV2.name, weights, engine: name, precision };
}
