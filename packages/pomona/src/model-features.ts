import { type ConfigSource, type Fingerprint, fingerprintDifferences } from "@pomona/core";
import { type Bundle, refuseOtherFingerprint } from "@pomona/model";

/**
 * The options of a call that applies a model, as defaults: what made its features need not be repeated. Whoever names
 * something else, by flag, environment or file, is refused by the fingerprint.
 */
export function defaultsOfModel({ file, fingerprint, pca }: Bundle): ConfigSource {
  const { engine, weights } = fingerprint;
  return {
    ...file.preparation,
    labelFrom: file.labelFrom,
    components: pca.k,
    engine,
    // A random network has no file that could be found.
    ...(weights.startsWith("untrained") && { weights: "untrained" }),
  };
}

/** Throws UsageError `fingerprint-mismatch`, naming each part that differs. */
export function requireFingerprint(
  { place, fingerprint }: Pick<Bundle, "place" | "fingerprint">,
  here: Fingerprint,
): void {
  refuseOtherFingerprint(place, fingerprintDifferences(fingerprint, here));
}
