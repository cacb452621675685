/**
 * What Pomona needs of a place that keeps objects: a folder, an S3 prefix, memory. Keys are relative to the store's
 * root, use `/`, and are strings as `key.ts` defines them. Every implementation passes `test/contracts/object-store.ts`.
 *
 * Deliberately not part of it: renaming, appending, locking, and any promise about what a crash leaves of an unfinished
 * write, other than that no reader ever sees a part of it under its key.
 */
export interface ObjectStore {
  /** The root as people write it, ending in `/`: `file:///data/photos/`, `s3://bucket/prefix/`, `memory:///`. */
  readonly uri: string;

  /**
   * Objects whose key starts with `prefix`, in the order of {@link compareKeys}, strictly after `after`.
   * Memory is bounded by one page, or by one directory's names in a folder, not by the number of objects.
   */
  list(options?: ListOptions): AsyncIterable<ObjectEntry>;

  /** The entry as `list` would give it; undefined where there is no such object. */
  stat(key: string): Promise<ObjectEntry | undefined>;

  /**
   * The whole object, or `range` of it. Throws {@link MissingObjectError} where there is none, {@link ChangedObjectError}
   * where it is no longer what `expect` describes, {@link DamagedObjectError} where the store finds its own bytes wrong,
   * {@link ObjectTooLargeError} before reading more than `maxBytes`.
   */
  get(key: string, options?: GetOptions): Promise<Uint8Array>;

  /**
   * Path, as bytes, of a file of this machine that holds the object now, so that another process can read it without
   * this one; undefined, or no such method, where there is none.
   */
  localFile?(key: string): Promise<Uint8Array | undefined>;

  /**
   * A request for the object that another process can send without credentials: it holds for this key and for minutes.
   * Undefined, or no such method, where there is none.
   */
  lendRequest?(key: string): Promise<LentRequest | undefined>;

  /** The object in pieces of bounded size. */
  stream(key: string): AsyncIterable<Uint8Array>;

  /**
   * Creates the object unless its key is taken: of any number of racers in any processes exactly one is answered
   * "created". The object appears whole or not at all, and survives a crash after the answer.
   */
  putIfAbsent(key: string, body: ObjectBody): Promise<"created" | "exists">;

  /** Creates or replaces the object; readers see the old one or the new one, whole. */
  put(key: string, body: ObjectBody): Promise<void>;

  /** Makes `to` the same object as `from`, replacing it, without moving its bytes through this process where possible. */
  copy(from: string, to: string): Promise<void>;

  /** Removes objects; a key that is not there is no error. */
  delete(keys: readonly string[]): Promise<void>;
}

export type ObjectBody = Uint8Array | AsyncIterable<Uint8Array>;

export interface ListOptions {
  readonly prefix?: string;
  /** Only keys strictly greater, in byte order. It need not exist. */
  readonly after?: string;
  readonly signal?: AbortSignal;
}

export interface GetOptions {
  /**
   * Refuse with {@link ChangedObjectError} unless the object still has this etag, or, where either lacks one, this size
   * and time, as far as they are given.
   */
  readonly expect?: Partial<Pick<ObjectEntry, "size" | "modifiedAt" | "etag">>;
  /** Bytes `start` (inclusive) to `end` (exclusive). */
  readonly range?: { readonly start: number; readonly end: number };
  readonly maxBytes?: number;
  /** Where the bytes may be put, so that memory can be used again; a store may put them elsewhere. */
  readonly allocate?: (length: number) => Uint8Array;
  readonly signal?: AbortSignal;
}

/** An HTTP GET of one object, as another process sends it. */
export interface ReadRequest {
  readonly protocol: "http:" | "https:";
  readonly hostname: string;
  readonly port?: number | undefined;
  /** With its query, percent-encoded. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
}

export interface LentRequest {
  readonly request: ReadRequest;
  /** To be called when the object came whole: the store hears of its good weather. */
  readonly succeeded: () => void;
}

export interface ObjectEntry {
  readonly key: string;
  /** Bytes. */
  readonly size: number;
  /** Milliseconds since 1970, fractions dropped. */
  readonly modifiedAt: number;
  /** The store's own version mark, without quotes; absent where it has none. */
  readonly etag?: string;
}
