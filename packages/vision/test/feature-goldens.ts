import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

interface StoredGolden {
  readonly pixelsSha256: string;
  /** float32, little-endian, base64. */
  readonly features: string;
}

export interface FeatureGoldens {
  readonly weightsSha256: string;
  readonly featureDimension: number;
  readonly photos: readonly (StoredGolden & { readonly path: string })[];
  readonly synthetic: StoredGolden;
}

/** What Keras gave, see `test/parity/make_feature_goldens.py`. */
export const featureGoldens = JSON.parse(
  readFileSync(here("../../report/goldens/features.json"), "utf8"),
) as FeatureGoldens;

export function goldenRow({ features }: StoredGolden): Float32Array {
  const bytes = Uint8Array.from(Buffer.from(features, "base64"));
  return new Float32Array(bytes.buffer);
}

/** Weights and photos lie beside the checkout, where there are any. */
export const weightsFile = existing(here("../../../../shared/models/mobilenet_v2_1.0_224.h5"));
export const photosFolder = existing(here("../../../../shared/data/fruits/Test"));

function existing(path: string): string | undefined {
  return existsSync(path) ? path : undefined;
}
