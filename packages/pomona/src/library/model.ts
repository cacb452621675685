import {
  type ClassifiedImage,
  type ClassifyOptions as ClassifyHereOptions,
  classify as classifyHere,
} from "../classify.ts";
import { type LoadedModel, loadModel as loadModelHere } from "../loaded-model.ts";
import { type RunSettings, settingsIn } from "./run.ts";
import { type PlaceOptions, placesOf } from "./surroundings-of.ts";

/** A model that was loaded. It holds processes from the first image on, so it is to be closed. */
export interface Model {
  /** Labels that it knows, in byte order. */
  readonly labels: readonly string[];
  /** Accuracy of each classifier with photos that it was not trained with, and the best of them. */
  readonly comparison: LoadedModel["bundle"]["comparison"];
  /** Ends its processes. */
  close(): Promise<void>;
}

export interface LoadModelOptions
  extends PlaceOptions,
    Pick<RunSettings, "glob" | "labelFrom" | "weights" | "engine" | "workers"> {
  readonly onNotice?: (message: string) => void;
}

const loaded = new WeakMap<Model, { readonly model: LoadedModel; readonly cwd: string }>();

/** Loads the model of a finished run: `place` is its output, or a copy of its folder `model/`. */
export async function loadModel(place: string, options: LoadModelOptions = {}): Promise<Model> {
  const { cwd, cacheDir } = placesOf(options);
  const { onNotice, workers } = options;
  const model = await loadModelHere(place, {
    cwd,
    cacheDir,
    workers,
    sources: { flags: settingsIn(options) },
    ...(onNotice && { onNotice }),
  });
  const { classes, comparison } = model.bundle;
  const handle: Model = { labels: classes, comparison, close: () => model.close() };
  loaded.set(handle, { model, cwd });
  return handle;
}

export interface ClassifyOptions extends Omit<ClassifyHereOptions, "model" | "cwd"> {
  readonly model: Model;
}

/**
 * Classifies images, named as files or folders, in their order: `for await (const { path, label } of classify(…))`. Those
 * ahead are worked on meanwhile; memory does not grow with their number.
 */
export function classify(
  images: string | Iterable<string> | AsyncIterable<string>,
  { model, ...options }: ClassifyOptions,
): AsyncGenerator<ClassifiedImage> {
  const found = loaded.get(model);
  if (found === undefined) throw new TypeError("classify: the model was not made by loadModel");
  return classifyHere(images, { ...found, ...options });
}
