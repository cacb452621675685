/** Where on its way an image was given up. */
export type QuarantineStage = "list" | "get" | "decode" | "infer";

/** Why: closed lists, so that books can be kept by reason. */
export type QuarantineReason =
  | "name" // the file's name is not UTF-8, so it cannot have a path in the table
  | "missing" // listed, then gone
  | "changed" // listed, then another version
  | "too-large" // above --max-bytes
  | "empty"
  | "not-an-image"
  | "truncated"
  | "corrupt"
  | "too-many-pixels"
  | "crashed"; // killed its inference process twice

/** An image that has no row, kept with its reason; never a silent drop. */
export interface QuarantinedImage {
  /** Position in its batch. */
  readonly index: number;
  readonly stage: QuarantineStage;
  readonly reason: QuarantineReason;
  /** The decoder's or the store's own words. */
  readonly detail: string;
}
