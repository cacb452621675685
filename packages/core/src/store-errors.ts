/** The object is not there (any more). Featurizing quarantines the image; everywhere else it is a fault. */
export class MissingObjectError extends Error {
  override readonly name = "MissingObjectError";
  readonly key: string;
  constructor(key: string, root: string) {
    super(`no object ${JSON.stringify(key)} in ${root}`);
    this.key = key;
  }
}

/** The object is not the one that was listed. Featurizing quarantines the image with reason `changed`. */
export class ChangedObjectError extends Error {
  override readonly name = "ChangedObjectError";
  readonly key: string;
  constructor(key: string, root: string) {
    super(`object ${JSON.stringify(key)} in ${root} changed after it was listed`);
    this.key = key;
  }
}

/**
 * The store gives other bytes than it was given, each time: its own checksum says so. Featurizing quarantines the image
 * with reason `corrupt`; what can be made again is.
 */
export class DamagedObjectError extends Error {
  override readonly name = "DamagedObjectError";
  readonly key: string;
  constructor(key: string, root: string, cause: Error) {
    super(`object ${JSON.stringify(key)} in ${root} is damaged: ${cause.message}`, { cause });
    this.key = key;
  }
}

/** The object is larger than the caller's limit. Featurizing quarantines the image with reason `too-large`. */
export class ObjectTooLargeError extends Error {
  override readonly name = "ObjectTooLargeError";
  readonly key: string;
  constructor(key: string, size: number, maxBytes: number) {
    super(`object ${JSON.stringify(key)} has ${size} bytes, more than the limit of ${maxBytes}`);
    this.key = key;
  }
}

/**
 * Weather, not data: denied, throttled, timed out, reset, disk trouble. Whatever failed may be tried again until the
 * run's patience (`--give-up-after`) is spent; then the run fails and nothing is quarantined.
 */
export class StoreUnavailableError extends Error {
  override readonly name = "StoreUnavailableError";
  readonly operation: "get" | "put" | "list" | "stat" | "delete";
  readonly key: string;
  /** What a person may do, where the cause tells. */
  readonly remedy: string | undefined;
  /** The place answered, and lets these credentials or this user not do it: waiting helps only if somebody acts. */
  readonly isDenied: boolean;
  constructor(
    operation: StoreUnavailableError["operation"],
    key: string,
    root: string,
    cause: unknown,
    { remedy, isDenied = false }: { readonly remedy?: string | undefined; readonly isDenied?: boolean } = {},
  ) {
    const why = cause instanceof Error ? cause.message : String(cause);
    super(`cannot ${operation} ${key === "" ? "" : `${JSON.stringify(key)} in `}${root}: ${why}`, { cause });
    this.operation = operation;
    this.key = key;
    this.remedy = remedy;
    this.isDenied = isDenied;
  }
}
