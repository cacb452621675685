import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { type Config, UsageError } from "@pomona/core";
import { checkNetwork } from "@pomona/vision/check-network";
import { type EngineRequest, requireEngine } from "@pomona/vision/engine-choice";
import { locateNetwork } from "@pomona/worker";

export interface HereOptions {
  readonly cwd: string;
  readonly cacheDir: string;
  /** Environment of child processes; default: this process's own. */
  readonly environment?: Readonly<Record<string, string | undefined>> | undefined;
}

/**
 * Refuses what this machine does not have, an engine, a device, a network or a value that is computed in it, before
 * anything is begun.
 */
export async function requireNetworkHere({ features, machine }: Config, options: HereOptions): Promise<void> {
  const { engine, model } = features;
  const { cwd, cacheDir, environment } = options;
  if (model !== undefined && !existsSync(resolve(cwd, model))) {
    throw new UsageError("model-not-found", `${resolve(cwd, model)}: no such network`, { remedy: "Correct --model." });
  }
  requireEngineHere({ engine: model === undefined ? engine : "onnxruntime", device: machine.device });
  if (model === undefined) return;
  const network = await locateNetwork(features, { cwd, cacheDir });
  const fault = "model" in network ? await checkNetwork(network.model, { environment }) : undefined;
  if (fault === undefined) return;
  throw new UsageError("model-unfit", fault, { remedy: "Correct --model, --output or --input-…; docs/engines.md." });
}

/** Refuses an engine or a device that is not here. */
export function requireEngineHere(request: EngineRequest): void {
  try {
    requireEngine(request);
  } catch (cause) {
    throw new UsageError("engine-unavailable", cause instanceof Error ? cause.message : String(cause), {
      cause,
      remedy: "`pomona doctor` shows what runs here.",
    });
  }
}
