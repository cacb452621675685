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

export interface ListingOptions {
  readonly input: ObjectStore;
  readonly features: Pick<FeatureConfig, "glob" | "labelFrom">;
  /** Keys that start with this are no input: the output, where it lies inside the input. */
  readonly exclude?: string | undefined;
  /** Told of every object that is no image of this run. */
  readonly onSkipped?: (key: string) => void;
}

/** An object that may be an image: what its listing told of it. */
export type ListedKey = Omit<ListedImage, "label">;

/** Which objects are images of the run, with their labels: those that the glob takes and that are not hidden. */
export function selectImages(options: ListingOptions): (entry: ListedKey) => ListedImage | undefined {
  const { input, features, exclude, onSkipped } = options;
  // `s`: without it `**` stops at a folder whose name holds a newline.
  const takes = picomatch(features.glob, { nocase: true, flags: "is" });
  const labelOf = labelRule(input.uri, features.labelFrom);
  return ({ key, size, modifiedAt, etag }) => {
    if (isHidden(key) || (exclude !== undefined && key.startsWith(exclude))) return undefined;
    // Names that are not UTF-8 are matched as they are shown; they reach the quarantine, not the table.
    if (takes(displayKey(key))) {
      return {
        key,
        label: labelOf(key),
        ...(size !== undefined && { size }),
        ...(modifiedAt !== undefined && { modifiedAt }),
        ...(etag !== undefined && { etag }),
      };
    }
    onSkipped?.(key);
    return undefined;
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
