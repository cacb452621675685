import { z } from "zod";
import { PomonaError } from "./errors.ts";
import { featureOptions } from "./options.ts";
import { parseJson } from "./parse-json.ts";

const { resampler, filter, exifRotate, maxPixels, maxBytes, labelFrom } = featureOptions.shape;

const bundleFile = z.object({
  name: z.literal("pomona.bundle"),
  version: z.literal(1),
  /** d */
  dimension: z.number(),
  /** k */
  components: z.number(),
  /** How photos were prepared, and must be again. */
  preparation: z.strictObject({ resampler, filter, exifRotate, maxPixels, maxBytes }),
  /** The rule that named the labels; without one it is the folder. */
  labelFrom,
  /** The other files of `model/`. */
  files: z.array(z.strictObject({ name: z.string(), bytes: z.number(), sha256: z.string() })),
});

/** `model/bundle.json`: what belongs to a model. The same rows of a table give the same bytes. */
export type BundleFile = z.output<typeof bundleFile>;

/** Throws {@link PomonaError} `unreadable-model` where the bytes are none of this version. */
export function decodeBundleFile(bytes: Uint8Array, key: string): BundleFile {
  const result = bundleFile.safeParse(parseJson(bytes));
  if (result.success) return result.data;
  throw new PomonaError(
    "unreadable-model",
    `${key} is no model that this version reads: ${z.prettifyError(result.error)}`,
    {
      remedy: "Use the version of Pomona that wrote it, or make the result anew.",
    },
  );
}
