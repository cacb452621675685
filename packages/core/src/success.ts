import { z } from "zod";
import { drift } from "./drift-file.ts";
import { parseJson } from "./parse-json.ts";

/** One file of the table as published. */
const publishedPart = z.strictObject({
  key: z.string(),
  rows: z.number(),
  bytes: z.number(),
  sha256: z.string(),
});

const success = z.object({
  name: z.literal("pomona.success"),
  version: z.literal(1),
  run: z.string(),
  generation: z.number(),
  input: z.string(),
  /** When listing ended: what a no-op says. */
  listedAt: z.string(),
  finishedAt: z.string(),
  books: z.strictObject({
    listed: z.number(),
    featurized: z.number(),
    quarantined: z.number(),
    missing: z.number(),
    duplicates: z.number(),
  }),
  quarantinedByReason: z.record(z.string(), z.number()),
  labels: z.record(z.string(), z.number()),
  parts: z.array(publishedPart),
  model: z.strictObject({
    dimension: z.number(),
    components: z.number(),
    explainedVariance: z.array(z.number()),
    constantColumns: z.number(),
    warnings: z.array(z.string()),
  }),
  /** Of a run that applied a given model: where that is from. */
  modelFrom: z.string().optional(),
  /** sha256 of `model/bundle.json`; results of the first versions have none. */
  bundle: z.string().optional(),
  /** Of an update: what it took over, and whether the model still fits. */
  update: z.object({ from: z.string(), reused: z.number(), drift }).optional(),
  csv: z.enum(["compact", "full", "none"]),
  fingerprint: z.record(z.string(), z.unknown()),
  /** True when the weights are a random network: the numbers describe nothing. */
  untrained: z.boolean(),
  seconds: z.record(z.string(), z.number()),
  stages: z.record(z.string(), z.unknown()),
  versions: z.record(z.string(), z.string()),
});

/** `_SUCCESS`: written last. Without it there is no result. */
export type Success = z.output<typeof success>;
export type PublishedPart = z.output<typeof publishedPart>;

/** Undefined where the bytes are not a `_SUCCESS` of ours: an empty one from another program, say. */
export function decodeSuccess(bytes: Uint8Array): Success | undefined {
  return success.safeParse(parseJson(bytes)).data;
}
