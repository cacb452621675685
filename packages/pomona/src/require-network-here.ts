import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { type Config, UsageError } from "@pomona/core";
import { requireEngine } from "@pomona/vision/engine-choice";

/** Refuses what this machine does not have, an engine, a device or a network's file, before anything is begun. */
export function requireNetworkHere({ features, machine }: Config, cwd: string): void {
  const { engine, model } = features;
  if (model !== undefined && !existsSync(resolve(cwd, model))) {
    throw new UsageError("model-not-found", `${resolve(cwd, model)}: no such network`, { remedy: "Correct --model." });
  }
  try {
    requireEngine({ engine: model === undefined ? engine : "onnxruntime", device: machine.device });
  } catch (cause) {
    throw new UsageError("engine-unavailable", cause instanceof Error ? cause.message : String(cause), {
      cause,
      remedy: "`pomona doctor` shows what runs here.",
    });
  }
}
