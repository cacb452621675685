import { transform as transformHere } from "../transform.ts";
import { update as updateHere } from "../update.ts";
import { followed, mannersOf, type Run, type RunOptions, settingsIn } from "./run.ts";
import { placesOf } from "./surroundings-of.ts";

export interface TransformOptions extends Omit<RunOptions, "refit" | "components" | "variance" | "model"> {
  /** Output of the finished run whose model is applied, or a copy of its folder `model/`. */
  readonly model: string;
}

/**
 * Other images to the same table, by the model of an earlier run; its options are the defaults of this call. Rejects with
 * `fingerprint-mismatch`, naming the part, where features here would be made in another way.
 */
export function transform({ model, ...options }: TransformOptions): Run {
  const sources = { flags: settingsIn(options) };
  return followed((onProgress) =>
    transformHere({ ...placesOf(options), ...mannersOf(options), model, sources, onProgress }),
  );
}

export interface UpdateOptions extends Omit<RunOptions, "refit"> {
  /** Output of the finished run that is brought up to date. */
  readonly from: string;
  /** Apply that run's model instead of fitting one to the images of now. @defaultValue false */
  readonly keepModel?: boolean;
}

/**
 * The table of an input as it is now: features of images that did not change since an earlier run are taken over, only the
 * others are decoded. The summary's `update` says how many, and how far the images have drifted from the earlier model.
 */
export function update({ from, keepModel = false, ...options }: UpdateOptions): Run {
  const sources = { flags: settingsIn(options) };
  return followed((onProgress) =>
    updateHere({ ...placesOf(options), ...mannersOf(options), from, keepModel, sources, onProgress }),
  );
}
