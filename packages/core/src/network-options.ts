import { UsageError } from "./errors.ts";
import type { FeatureConfig } from "./options.ts";

/** What describes a network of the user's own. */
export const ownNetworkOptions = [
  "output",
  "inputSize",
  "inputLayout",
  "inputChannels",
  "inputNormalisation",
] as const satisfies readonly (keyof FeatureConfig)[];

/** Everything of a run's options that decides which network is loaded. */
export type NetworkConfig = Pick<FeatureConfig, "engine" | "weights" | "model" | (typeof ownNetworkOptions)[number]>;

/** Throws {@link UsageError} where options of two networks meet. `nameOf` gives an option as the person wrote it. */
export function checkNetworkOptions(features: FeatureConfig, nameOf: (option: string) => string): void {
  const { model, weights, engine } = features;
  const [stray] = ownNetworkOptions.filter((name) => features[name] !== undefined);
  if (model === undefined && stray !== undefined) {
    throw new UsageError("bad-option", `${nameOf(stray)} describes a network of your own, and none is given`, {
      remedy: stray === "output" ? "Give it with --model; the folder of the result is --out." : "Give it with --model.",
    });
  }
  if (model === undefined) return;
  if (weights !== undefined) {
    throw new UsageError("bad-option", `${nameOf("model")} and ${nameOf("weights")} exclude each other`, {
      remedy: "--weights are MobileNetV2's; a network of your own has its weights in its file.",
    });
  }
  if (engine !== "auto" && engine !== "onnxruntime") {
    throw new UsageError("bad-option", `${nameOf("engine")}: ${engine} can't evaluate a network of your own`, {
      remedy: "Leave it out, or give --engine onnxruntime.",
    });
  }
}
