import sharp from "sharp";

// Only these loaders may ever see the bytes: no SVG, PDF, HEIC or what else libvips reads, and nothing from a path.
sharp.block({ operation: ["VipsForeignLoad"] });
sharp.unblock({
  operation: [
    "VipsForeignLoadJpegBuffer",
    "VipsForeignLoadPngBuffer",
    "VipsForeignLoadWebpBuffer",
    "VipsForeignLoadNsgifBuffer",
    "VipsForeignLoadTiffBuffer",
  ],
});
// No image comes twice, and each process decodes on as many threads as it was given: a worker's processes are its
// parallelism.
sharp.cache(false);
sharp.concurrency(1);

/** sharp, set up for bytes of strangers. */
export { sharp };

/** "major.minor" of the libvips in use: patch releases don't change pixels. */
export const libvipsVersion: string = sharp.versions.vips.split(".").slice(0, 2).join(".");

/** What decodes here, in full. */
export const sharpVersions = { sharp: sharp.versions.sharp ?? "unknown", libvips: sharp.versions.vips } as const;
