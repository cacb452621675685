import {
  displayKey,
  type FeatureConfig,
  type LabelRule,
  type ListedImage,
  labelFromPattern,
  noLabel,
  type ObjectStore,
  parentFolder,
} from "@pomona/core";
import picomatch from "picomatch";

/** Images in the order of the listing, strictly after a key: what batches are cut from. */
export type ImageSource = (after: string | null) => AsyncIterable<ListedImage>;

export interface ListingOptions {
  readonly input: ObjectStore;
  readonly features: Pick<FeatureConfig, "glob" | "labelFrom">;
  /** Keys that start with this are no input: the output, where it lies inside the input. */
  readonly exclude?: string | undefined;
  /** Told of every object that is no image of this run. */
  readonly onSkipped?: (key: string) => void;
}

/** Every object of the input that the glob takes, with its label. Throws {@link UsageError} where the rule names none. */
export function listedImages({ input, features, exclude, onSkipped }: ListingOptions): ImageSource {
  // `s`: without it `**` stops at a folder whose name holds a newline.
  const takes = picomatch(features.glob, { nocase: true, flags: "is" });
  const labelOf = labelRule(input.uri, features.labelFrom);
  return async function* images(after) {
    for await (const { key, size, modifiedAt, etag } of input.list(after === null ? {} : { after })) {
      if (isHidden(key) || (exclude !== undefined && key.startsWith(exclude))) continue;
      // Names that are not UTF-8 are matched as they are shown; they reach the quarantine, not the table.
      if (!takes(displayKey(key))) {
        onSkipped?.(key);
        continue;
      }
      yield { key, label: labelOf(key), size, modifiedAt, ...(etag !== undefined && { etag }) };
    }
  };
}

/** A part that starts with `.` or `_` marks what is not data (Spark's rule); a key that ends in `/` marks a folder. */
function isHidden(key: string): boolean {
  return key.endsWith("/") || /(^|\/)[._]/.test(key);
}

function labelRule(input: string, pattern: string | undefined): (key: string) => string {
  const rule: LabelRule = pattern === undefined ? parentFolder(input) : labelFromPattern(pattern);
  return (key) => {
    const label = rule(key);
    if (label === undefined) throw noLabel(key, pattern ?? "");
    return displayKey(label);
  };
}
