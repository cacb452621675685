import { z } from "zod";
import { bytes, device, fraction, list, seconds, whole } from "./option-values.ts";

/**
 * Every option of a run, in three tiers. *features* decide what a feature is and which images there are; *model* what
 * is made of the features; *machine* only how fast and how it is told. An unfinished run resumes with the same first
 * two, a refit changes *model*, *machine* may always change. The name in kebab case is the flag (`--batch-size`), in
 * capitals the environment variable (`POMONA_BATCH_SIZE`), as it is the key of the configuration file.
 */
export const featureOptions = z.strictObject({
  glob: z
    .string()
    .default("**/*.{jpg,jpeg,png,webp}")
    .meta({ value: "pattern", description: "images to take, case-insensitive" }),
  labelFrom: z
    .string()
    .optional()
    .meta({ value: "regex", description: "label from the path by a regular expression with (?<label>…)" }),
  manifest: z
    .string()
    .optional()
    .meta({ value: "file", description: "CSV or Parquet with path,label: exactly these images" }),
  keysFrom: z
    .string()
    .optional()
    .meta({ value: "file", description: "list of keys, one a line in byte order, or an S3 Inventory's manifest.json" }),
  sortKeys: z
    .stringbool()
    .or(z.boolean())
    .default(false)
    .meta({ description: "sort the keys of --keys-from first, in a temporary folder" }),
  limit: whole(1).optional().meta({ value: "n", description: "only the first n images of the listing" }),
  batchSize: whole(1, 4096).default(256).meta({ value: "n", description: "images per batch, the unit of work" }),
  maxPixels: whole(1)
    .default(50_000_000)
    .meta({ value: "n", description: "refuse images with more pixels than this, before decoding them" }),
  maxBytes: bytes()
    .default(64 * 1024 * 1024)
    .meta({ value: "size", description: "refuse files larger than this, as 67108864 or 64MiB" }),
  resampler: z.enum(["pillow", "vips"]).default("pillow").meta({
    value: "name",
    description: "pillow: bit-identical to Pillow's resize; vips: faster on big photos, close",
  }),
  filter: z
    .enum(["bicubic", "bilinear", "lanczos", "nearest"])
    .default("bicubic")
    .meta({ value: "name", description: "resampling filter of the pillow resampler" }),
  exifRotate: z
    .stringbool()
    .or(z.boolean())
    .default(false)
    .meta({ description: "turn photos upright by their EXIF orientation" }),
  weights: z
    .string()
    .optional()
    .meta({ value: "file", description: "Keras .h5 weights, or `untrained` for a seeded random network" }),
  model: z
    .string()
    .optional()
    .meta({ value: "file", description: "ONNX network of your own instead of MobileNetV2; what follows is about it" }),
  output: z
    .string()
    .optional()
    .meta({ value: "name", description: "value of --model that is the features (default: its only output)" }),
  inputSize: whole(8, 4096)
    .optional()
    .meta({ value: "pixels", description: "height and width of its images (default: as its graph says)" }),
  inputLayout: z
    .enum(["nchw", "nhwc"])
    .optional()
    .meta({ value: "order", description: "nchw or nhwc (default: as its graph says)" }),
  inputChannels: z.enum(["rgb", "bgr"]).optional().meta({ value: "order", description: "rgb (default) or bgr" }),
  inputNormalisation: z.string().optional().meta({
    value: "how",
    description:
      "imagenet (default), symmetric (-1…1), unit (0…1), none (0…255), or mean,mean,mean/std,std,std; <model>.json may say this too",
  }),
  engine: z
    .enum(["auto", "onnxruntime", "tfjs-node", "tfjs-node-gpu", "tfjs-wasm"])
    .default("auto")
    .meta({ value: "name", description: "what evaluates the network" }),
  mixedEngines: z
    .stringbool()
    .or(z.boolean())
    .default(false)
    .meta({ description: "let workers of different engines share the run; features then differ in the fifth digit" }),
});

export const tableColumns = ["modificationTime", "length", "etag"] as const;

export const modelOptions = z.strictObject({
  components: whole(1).optional().meta({ value: "k", description: "principal components to keep (default 2)" }),
  variance: fraction()
    .optional()
    .meta({ value: "share", description: "keep as many components as explain this share of the variance, as 0.95" }),
  partitions: whole(1).default(1).meta({ value: "n", description: "Parquet files to write, at least" }),
  columns: list(z.enum(tableColumns))
    .default([])
    .meta({ value: "names", description: `extra columns: ${tableColumns.join(",")}` }),
});

export const machineOptions = z.strictObject({
  workers: whole(1, 1024)
    .optional()
    .meta({ value: "n", description: "processes that decode and infer (default: usable cores)" }),
  decoders: whole(0, 1024).optional().meta({
    value: "n",
    description: "processes that decode for one that infers; 0: each does both (default: 0, on a GPU as --workers)",
  }),
  device: device()
    .default("auto")
    .meta({ value: "name", description: "auto, cpu, gpu or gpu:1; a GPU that is asked for and not there is an error" }),
  inferBatch: whole(1, 512).optional().meta({
    value: "n",
    description: "images per call of the engine; changes no number (default: 4, on a GPU measured)",
  }),
  csv: z
    .enum(["compact", "full", "none"])
    .default("compact")
    .meta({ value: "flavour", description: "compact: path,label,pca_1…; full: all five columns; none" }),
  report: z
    .enum(["full", "none"])
    .default("full")
    .meta({ value: "flavour", description: "full: report.html beside the table; none (pomona report makes it later)" }),
  maxQuarantine: fraction().default(0.01).meta({
    value: "share",
    description: "fail when more images than this are unreadable (and at least 10), as 1% or 0.01",
  }),
  discardShards: z.stringbool().or(z.boolean()).default(false).meta({
    description:
      "remove the stored features once the result is there, which takes the right to delete; what is made of them again takes them from the table",
  }),
  giveUpAfter: seconds()
    .default(120)
    .meta({ value: "seconds", description: "how long storage may fail before the run fails" }),
  redis: z.string().optional().meta({
    value: "url",
    description: "Redis of the pool, as redis://host:6379; a password belongs into POMONA_REDIS",
  }),
  s3Endpoint: z
    .string()
    .optional()
    .meta({ value: "url", description: "S3-compatible server (default: AWS, or AWS_ENDPOINT_URL_S3)" }),
  s3Region: z.string().optional().meta({ value: "name", description: "region of the buckets (default: AWS_REGION)" }),
  s3PathStyle: z
    .stringbool()
    .or(z.boolean())
    .default(false)
    .meta({ description: "host/bucket/key addresses (default: with an --s3-endpoint that is not of AWS)" }),
  s3RequestPayer: z
    .stringbool()
    .or(z.boolean())
    .default(false)
    .meta({ description: "agree to pay for reading requester-pays buckets" }),
  s3KmsKey: z.string().optional().meta({ value: "id", description: "KMS key that encrypts what is written to S3" }),
  s3Checksums: z.enum(["when-supported", "when-required"]).default("when-supported").meta({
    value: "when",
    description: "when-required for S3 servers that refuse the SDK's checksums",
  }),
  logLevel: z
    .enum(["debug", "info", "warn", "error", "silent"])
    .default("warn")
    .meta({ value: "level", description: "log lines on standard error" }),
});

export type FeatureConfig = z.output<typeof featureOptions>;
export type ModelConfig = z.output<typeof modelOptions>;
export type MachineConfig = z.output<typeof machineOptions>;

/** All decided. Frozen into the run's `run.json` but for `machine`. */
export interface Config {
  readonly features: FeatureConfig;
  readonly model: ModelConfig;
  readonly machine: MachineConfig;
}

/** Anything a user may leave out, as strings (flags, environment) or JSON values (file). */
export type ConfigSource = Readonly<Record<string, unknown>>;
