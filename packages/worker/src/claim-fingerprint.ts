import {
  encodeJson,
  type FeatureConfig,
  type Fingerprint,
  fingerprintDifferences,
  fingerprintHash,
  type ObjectStore,
  PomonaError,
  runLayout,
  UsageError,
} from "@pomona/core";
import type { PreparationVersion } from "@pomona/vision";
import type { InferenceInfo } from "./inference-messages.ts";

/** Everything that changes a feature, from what the engine says of itself and how the pixels are prepared. */
export function describeFingerprint(
  { network, weights, engine, precision }: Pick<InferenceInfo, "network" | "weights" | "engine" | "precision">,
  { decode, libvips, resample }: PreparationVersion,
  { exifRotate }: Pick<FeatureConfig, "exifRotate">,
): Fingerprint {
  const name = "pomona.fingerprint";
  return { name, version: 1, decode, libvips, resample, exifRotate, network, weights, engine, precision };
}

/** The run's features are other than what is made here. */
export class FingerprintMismatchError extends UsageError {
  /** The engine that the run uses, where nothing but that differs. */
  readonly otherEngine: string | undefined;

  constructor(run: string, differences: readonly string[], otherEngine: string | undefined) {
    super("fingerprint-mismatch", `run ${run} has other features (${differences.join("; ")})`, {
      remedy:
        "Use the engine, weights and version of Pomona that the run was begun with, or start again with --overwrite.",
    });
    this.otherEngine = otherEngine;
  }
}

/**
 * Makes `fingerprint` the run's, or compares it with the one that an earlier worker claimed; with `mixedEngines` in all
 * but the engine. Returns the hash of the run's, which every shard carries. Throws
 * {@link FingerprintMismatchError} naming each part that differs.
 */
export async function claimFingerprint(
  out: ObjectStore,
  run: string,
  fingerprint: Fingerprint,
  { mixedEngines = false }: { readonly mixedEngines?: boolean } = {},
): Promise<string> {
  const key = runLayout(run).fingerprint;
  if ((await out.putIfAbsent(key, encodeJson(fingerprint))) === "created") return fingerprintHash(fingerprint);
  const stored = decodeFingerprint(await out.get(key), key);
  const { engine } = stored;
  const sameEngine = fingerprintDifferences(stored, { ...fingerprint, engine });
  const differences = mixedEngines ? sameEngine : fingerprintDifferences(stored, fingerprint);
  if (differences.length === 0) return fingerprintHash(stored);
  throw new FingerprintMismatchError(run, differences, sameEngine.length === 0 ? engine : undefined);
}

function decodeFingerprint(bytes: Uint8Array, key: string): Fingerprint {
  const value = parseJson(bytes) as Partial<Fingerprint> | undefined;
  if (value?.name === "pomona.fingerprint" && value.version === 1) return value as Fingerprint;
  throw new PomonaError("unreadable-file", `${key} is no fingerprint that this version reads`, {
    remedy: "Use the version of Pomona that wrote it, or start again with --overwrite.",
  });
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes).toString("utf8"));
  } catch {
    return undefined;
  }
}
