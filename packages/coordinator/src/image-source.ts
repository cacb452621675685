import type { ListedImage } from "@pomona/core";
import { type ListingOptions, selectImages } from "./select-images.ts";

/** Images in the order of the listing, strictly after a key: what batches are cut from. */
export type ImageSource = (after: string | null) => AsyncIterable<ListedImage>;

/** Every object of the input that is an image of the run, with its label. Throws {@link UsageError} where the rule names none. */
export function listedImages(options: ListingOptions): ImageSource {
  const select = selectImages(options);
  return async function* images(after) {
    for await (const entry of options.input.list(after === null ? {} : { after })) {
      const image = select(entry);
      if (image !== undefined) yield image;
    }
  };
}
