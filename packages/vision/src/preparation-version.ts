import type { PreparerOptions } from "./preparer.ts";

/** Raised whenever the decoder may give other bytes for a file. */
const DECODE_VERSION = 1;
/** Raised whenever a resampler may give other bytes for an image. */
const RESAMPLE_VERSION = 1;

/** What of the preparation of pixels can change a feature: part of a run's fingerprint. */
export interface PreparationVersion {
  readonly decode: string;
  readonly resample: string;
  /** libvips major.minor */
  readonly libvips: string;
}

/** @param libvips `libvipsVersion` of the process that decodes, so that nobody else needs to load the library */
export function preparationVersion(
  { resampler = "pillow", filter = "bicubic", exifRotate = false }: PreparerOptions,
  libvips: string,
): PreparationVersion {
  return {
    decode: exifRotate ? `${DECODE_VERSION}+exif` : `${DECODE_VERSION}`,
    resample: `${resampler}-${resampler === "vips" ? "cubic" : filter}-${RESAMPLE_VERSION}`,
    libvips,
  };
}
