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

/**
 * Makes `fingerprint` the run's, or compares it with the one that an earlier worker claimed. Returns its hash, which
 * every shard carries. Throws {@link UsageError} `fingerprint-mismatch` naming each part that differs.
 */
export async function claimFingerprint(out: ObjectStore, run: string, fingerprint: Fingerprint): Promise<string> {
  const key = runLayout(run).fingerprint;
  if ((await out.putIfAbsent(key, encodeJson(fingerprint))) === "exists") {
    const differences = fingerprintDifferences(decodeFingerprint(await out.get(key), key), fingerprint);
    if (differences.length > 0) throw mismatch(run, differences);
  }
  return fingerprintHash(fingerprint);
}

function mismatch(run: string, differences: readonly string[]): UsageError {
  return new UsageError("fingerprint-mismatch", `run ${run} has other features (${differences.join("; ")})`, {
    remedy:
      "Use the engine, weights and version of Pomona that the run was begun with, or start again with --overwrite.",
  });
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
