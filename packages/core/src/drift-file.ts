import { z } from "zod";
import { PomonaError } from "./errors.ts";
import { parseJson } from "./parse-json.ts";

/** Also a part of `_SUCCESS`. */
export const drift = z.strictObject({
  name: z.literal("pomona.drift"),
  version: z.literal(1),
  /** New or changed images that have features. */
  fresh: z.number(),
  /** Share of the variance of the images it was fitted to that the earlier model captures. */
  capturedBefore: z.number(),
  /** The same of the new and changed images, standardised by the earlier model; null without any. */
  capturedFresh: z.number().nullable(),
  /** Degrees between the earlier model's components and those fitted to all images now; null where none can be fitted. */
  principalAngle: z.number().nullable(),
  /** Whether the earlier model should not be kept. */
  refitDue: z.boolean(),
});

/** `g<g>/drift.json`: how well the model that an update was begun with fits the images of now. */
export type Drift = z.output<typeof drift>;

const fresh = z.strictObject({
  name: z.literal("pomona.fresh"),
  version: z.literal(1),
  /** Positions in the batch, ascending. */
  images: z.array(z.number()),
});

/** `fresh/<batch>.json`: the images of a batch that an update could not take over. Written before the shard. */
export type FreshImages = z.output<typeof fresh>;

export const decodeDrift = decoder("drift figure", drift);
export const decodeFreshImages = decoder("list of new images", fresh);

function decoder<T extends z.ZodType>(what: string, schema: T): (bytes: Uint8Array, key: string) => z.output<T> {
  return (bytes, key) => {
    const result = schema.safeParse(parseJson(bytes));
    if (result.success) return result.data;
    throw new PomonaError("unreadable-file", `${key} is no ${what} that this version reads`, {
      remedy: "Use the version of Pomona that wrote it, or start again with --overwrite.",
    });
  };
}
