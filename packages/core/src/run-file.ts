import { z } from "zod";
import { PomonaError } from "./errors.ts";
import { featureOptions, machineOptions, modelOptions } from "./options.ts";
import { parseJson } from "./parse-json.ts";

/**
 * Raised when messages, shards or files change so that older processes of the same pool would go wrong: processes of
 * different protocols refuse each other's runs.
 */
export const protocol = 1;

const runRecord = z.strictObject({
  name: z.literal("pomona.run-record"),
  version: z.literal(1),
  run: z.string(),
  out: z.string(),
  submittedBy: z.string(),
  at: z.string(),
});

/** `<home>/runs/<run>.json`: written before anything else, so that every run can be found from its id. */
export type RunRecord = z.output<typeof runRecord>;

const runFile = z.strictObject({
  name: z.literal("pomona.run"),
  version: z.literal(1),
  protocol: z.number(),
  run: z.string(),
  /** Root of the images, as a URI ending in `/`. */
  input: z.string(),
  features: z.strictObject({ ...featureOptions.shape }),
  /** The finished run whose features are taken over where the image is the same. */
  update: z.strictObject({ from: z.string(), run: z.string() }).optional(),
  pomona: z.string(),
  at: z.string(),
});

/** `_run/<run>/run.json`: what was asked, frozen. */
export type RunFile = z.output<typeof runFile>;

const generationRequest = z.strictObject({
  name: z.literal("pomona.generation"),
  version: z.literal(1),
  generation: z.number(),
  model: z.strictObject({ ...modelOptions.shape }),
  /** Tries quarantined images again: all that generation `of` has, or those of them that are named. */
  retry: z
    .strictObject({ of: z.number(), keys: z.array(z.string()).optional(), reasons: z.array(z.string()).optional() })
    .optional(),
  /** Earlier generations whose retried images count in this one too, ascending. */
  layers: z.array(z.number()).default([]),
  /** A model that is applied instead of fitting one: where it is from, and the sha256 of its `bundle.json`. */
  given: z.strictObject({ from: z.string(), bundle: z.string() }).optional(),
});

/** `_run/<run>/g<g>/request.json`: what this generation is to make of the run's shards. */
export type GenerationRequest = z.output<typeof generationRequest>;

const runSettings = z.strictObject({
  name: z.literal("pomona.run-settings"),
  version: z.literal(1),
  csv: machineOptions.shape.csv,
  maxQuarantine: z.number(),
  /** Seconds. */
  giveUpAfter: z.number(),
  /** Told of the run's end by a POST. */
  notify: z.string().optional(),
  /** Whether a pool makes a report. Left out where it does. */
  report: machineOptions.shape.report.unwrap().optional(),
  /** Stored features are removed once the result is there. Left out where they stay: older processes read these too. */
  discardShards: z.boolean().optional(),
});

/** `_run/<run>/settings.json`: the machine options that every process of a run follows; the newest request replaces it. */
export type RunSettings = z.output<typeof runSettings>;

export const decodeRunSettings = decoder("settings", runSettings);
export const decodeRunRecord = decoder("run record", runRecord);
export const decodeRunFile = decoder("run", runFile);
export const decodeGenerationRequest = decoder("generation", generationRequest);

/** Pretty JSON with a final newline: these files are read by people too. */
export function encodeJson(value: unknown): Uint8Array {
  return Buffer.from(`${JSON.stringify(value, null, 2)}\n`);
}

function decoder<T extends z.ZodType>(what: string, schema: T): (bytes: Uint8Array, key: string) => z.output<T> {
  return (bytes, key) => {
    const result = schema.safeParse(parseJson(bytes));
    if (result.success) return result.data;
    throw new PomonaError(
      "unreadable-file",
      `${key} is no ${what} that this version reads: ${z.prettifyError(result.error)}`,
      {
        remedy: "Use the version of Pomona that wrote it, or start again with --overwrite.",
      },
    );
  };
}
