import { UsageError } from "@pomona/core";
import { type DeviceRequest, type EngineName, requireEngine } from "@pomona/vision/engine-choice";

/** Refuses an engine or a device that this machine does not have, before anything is begun. Loads no library. */
export function requireEngineHere(engine: EngineName | "auto", device: DeviceRequest): void {
  try {
    requireEngine({ engine, device });
  } catch (cause) {
    throw new UsageError("engine-unavailable", cause instanceof Error ? cause.message : String(cause), {
      cause,
      remedy: "`pomona doctor` shows what runs here.",
    });
  }
}
