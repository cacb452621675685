import {
  ChangedObjectError,
  type ListedImage,
  MissingObjectError,
  type ObjectStore,
  ObjectTooLargeError,
} from "@pomona/core";
import type { Judgement, JudgeOptions, Neighbor } from "@pomona/model";
import { objectUri, s3OptionsOf } from "@pomona/store";
import type { LoadedModel, PlacedImage } from "./loaded-model.ts";
import { namedImages } from "./named-images.ts";

/** What a model says of an image. */
export interface ClassifiedImage {
  /** `file:///…` or `s3://…`, as in the table. */
  readonly path: string;
  /** Null where the file could not be read as an image. */
  readonly label: string | null;
  /** 0 to 1, as the classifier has it. */
  readonly confidence: number;
  readonly classifier: Judgement["classifier"] | null;
  /** What each classifier says. */
  readonly verdicts: Judgement["verdicts"];
  /** Nearest first, of the model's reference set. */
  readonly neighbors: readonly Neighbor[];
  /** Its label by the rule of the model's run, where that was asked for. */
  readonly truth?: string;
  readonly error?: { readonly stage: string; readonly reason: string; readonly detail: string };
}

export interface ClassifyOptions extends JudgeOptions {
  readonly model: LoadedModel;
  readonly cwd: string;
  /** Whether to name the label that an image has by its path too. Default false. */
  readonly truth?: boolean;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Classifies images, named as files or folders, one after the other in their order; those ahead are worked on meanwhile.
 * Memory is bounded by the images in flight. Throws `UsageError` `image-not-found`; a file that is no image is told of.
 */
export async function* classify(
  images: string | Iterable<string> | AsyncIterable<string>,
  options: ClassifyOptions,
): AsyncGenerator<ClassifiedImage> {
  const { model, cwd, truth = false, signal } = options;
  const { features, machine } = model.config;
  const names = typeof images === "string" ? [images] : images;
  const placed = namedImages(names, { cwd, features, labelled: truth, s3: s3OptionsOf(machine) });
  const inFlight: Promise<ClassifiedImage>[] = [];
  for await (const image of placed) {
    signal?.throwIfAborted();
    const judging = classifyOne(image, options);
    // Awaited in its turn.
    judging.catch(() => {});
    inFlight.push(judging);
    if (inFlight.length < model.window) continue;
    const next = inFlight.shift();
    if (next !== undefined) yield await next;
  }
  for (const next of inFlight) yield await next;
}

async function classifyOne(
  { store, image }: PlacedImage,
  { model, truth, signal: _, cwd: __, ...judging }: ClassifyOptions,
): Promise<ClassifiedImage> {
  const path = objectUri(store.uri, image.key);
  const told = { path, ...(truth && { truth: image.label }) };
  const read = await readOr(store, image, model.config.features.maxBytes);
  const judged = read instanceof Uint8Array ? await model.judge(read, judging) : read;
  if ("reason" in judged) {
    const { stage, reason, detail } = judged;
    const nothing = { label: null, confidence: 0, classifier: null, verdicts: {}, neighbors: [] };
    return { ...told, ...nothing, error: { stage, reason, detail } };
  }
  const { label, confidence, classifier, verdicts, neighbors } = judged;
  return { ...told, label, confidence, classifier, verdicts, neighbors };
}

const reasons = [
  [MissingObjectError, "missing"],
  [ChangedObjectError, "changed"],
  [ObjectTooLargeError, "too-large"],
] as const;

async function readOr(store: ObjectStore, { key }: ListedImage, maxBytes: number) {
  try {
    return await store.get(key, { maxBytes });
  } catch (error) {
    const found = reasons.find(([kind]) => error instanceof kind);
    if (found === undefined) throw error;
    return { stage: "get", reason: found[1], detail: (error as Error).message } as const;
  }
}
