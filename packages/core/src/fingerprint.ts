import { createHash } from "node:crypto";

/** Everything that changes a feature. Workers of one run, and whoever resumes it, must agree in every part. */
export interface Fingerprint {
  readonly name: "pomona.fingerprint";
  readonly version: 1;
  /** Version of our decoding rules. */
  readonly decode: string;
  /** libvips major.minor. */
  readonly libvips: string;
  /** Resampler, its version and its filter. */
  readonly resample: string;
  readonly exifRotate: boolean;
  readonly network: string;
  /** sha256 of the weights file; `untrained:` and the sha256 of its recipe for a random network. */
  readonly weights: string;
  readonly engine: string;
  readonly precision: string;
}

/** Short identity of a fingerprint, kept in every shard. */
export function fingerprintHash(fingerprint: Fingerprint): string {
  const parts = Object.entries(fingerprint).sort(([a], [b]) => (a < b ? -1 : 1));
  return createHash("sha256").update(JSON.stringify(parts)).digest("hex");
}

/** The parts in which two fingerprints differ, as `engine: onnxruntime, here tfjs-wasm`; empty when they agree. */
export function fingerprintDifferences(stored: Fingerprint, here: Fingerprint): string[] {
  const names = Object.keys(stored) as (keyof Fingerprint)[];
  return names
    .filter((name) => stored[name] !== here[name])
    .map((name) => `${name}: ${stored[name]}, here ${here[name]}`);
}
