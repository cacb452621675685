import { readFile } from "node:fs/promises";
import type { StatsGoldens } from "@pomona/stats";
import type { FilterName } from "@pomona/vision";

/** sha256 of RGB bytes as Pillow decodes and resizes them: test/parity/make_image_goldens.py. */
export interface ImageGoldens {
  readonly pillow: string;
  readonly photos: readonly { readonly path: string; readonly decoded: string; readonly bicubic: string }[];
  readonly synthetic: readonly {
    readonly width: number;
    readonly height: number;
    readonly filter: FilterName;
    readonly resampled: string;
  }[];
  readonly odd: readonly { readonly file: string; readonly decoded: string; readonly upright: string }[];
}

/** Features of Keras, float32 in base64: test/parity/make_feature_goldens.py. */
export interface FeatureGoldens {
  readonly versions: Readonly<Record<string, string>>;
  readonly weightsSha256: string;
  readonly photos: readonly { readonly path: string; readonly features: string }[];
  readonly synthetic: { readonly seed: number; readonly features: string };
}

export interface Goldens {
  readonly images: ImageGoldens;
  readonly features: FeatureGoldens;
  readonly stats: StatsGoldens;
}

/** The committed numbers of the references, which come with this package. */
export async function readGoldens(): Promise<Goldens> {
  const [images, features, stats] = await Promise.all(["images", "features", "stats"].map(readGolden));
  return { images, features, stats } as Goldens;
}

async function readGolden(name: string): Promise<unknown> {
  return JSON.parse(await readFile(new URL(`../goldens/${name}.json`, import.meta.url), "utf8"));
}
