/** Why bytes can't be read as an image. */
export type BadImageReason = "empty" | "not-an-image" | "truncated" | "corrupt" | "too-many-pixels";

/** The bytes are at fault, so trying again is in vain: the image belongs in quarantine. */
export class BadImageError extends Error {
  readonly reason: BadImageReason;
  /** What was found, for people. */
  readonly detail: string;

  constructor(reason: BadImageReason, detail: string, options?: ErrorOptions) {
    super(`Can't read as an image (${reason}): ${detail}`, options);
    this.name = "BadImageError";
    this.reason = reason;
    this.detail = detail;
  }
}
