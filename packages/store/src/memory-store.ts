import {
  ChangedObjectError,
  compareKeys,
  type GetOptions,
  type ListOptions,
  MissingObjectError,
  type ObjectBody,
  type ObjectEntry,
  type ObjectStore,
} from "@pomona/core";
import { checkedKeyBytes } from "./check-key.ts";
import { pieceBytes, rangeWithin } from "./get-rules.ts";
import { isSameVersion } from "./same-version.ts";

interface StoredObject {
  readonly entry: ObjectEntry;
  readonly bytes: Uint8Array;
}

/** Objects in this process's memory, for tests. Each put has its own etag. */
export class MemoryStore implements ObjectStore {
  readonly uri: string;
  readonly #objects = new Map<string, StoredObject>();
  #puts = 0;

  /** `uri` is what it calls itself, where there is more than one. */
  constructor(uri = "memory:///") {
    this.uri = uri;
  }

  async *list({ prefix = "", after = "", signal }: ListOptions = {}): AsyncGenerator<ObjectEntry> {
    const keys = [...this.#objects.keys()].filter((key) => key.startsWith(prefix) && compareKeys(key, after) > 0);
    for (const key of keys.sort(compareKeys)) {
      signal?.throwIfAborted();
      const object = this.#objects.get(key);
      if (object !== undefined) yield object.entry;
    }
  }

  async stat(key: string): Promise<ObjectEntry | undefined> {
    checkedKeyBytes(key);
    return this.#objects.get(key)?.entry;
  }

  async get(key: string, { expect, range, maxBytes, signal }: GetOptions = {}): Promise<Uint8Array> {
    signal?.throwIfAborted();
    const { entry, bytes } = this.#find(key);
    if (expect !== undefined && !isSameVersion(entry, expect)) throw new ChangedObjectError(key, this.uri);
    const { start, end } = rangeWithin(entry, range, maxBytes);
    return bytes.slice(start, end);
  }

  async *stream(key: string): AsyncGenerator<Uint8Array> {
    const { bytes } = this.#find(key);
    for (let start = 0; start < bytes.length; start += pieceBytes) yield bytes.slice(start, start + pieceBytes);
  }

  async putIfAbsent(key: string, body: ObjectBody): Promise<"created" | "exists"> {
    checkedKeyBytes(key);
    if (this.#objects.has(key)) return "exists";
    const bytes = await gather(body);
    if (this.#objects.has(key)) return "exists";
    this.#store(key, bytes);
    return "created";
  }

  async put(key: string, body: ObjectBody): Promise<void> {
    checkedKeyBytes(key);
    this.#store(key, await gather(body));
  }

  async copy(from: string, to: string): Promise<void> {
    checkedKeyBytes(to);
    this.#store(to, this.#find(from).bytes);
  }

  async delete(keys: readonly string[]): Promise<void> {
    for (const key of keys) checkedKeyBytes(key);
    for (const key of keys) this.#objects.delete(key);
  }

  #find(key: string): StoredObject {
    checkedKeyBytes(key);
    const object = this.#objects.get(key);
    if (object === undefined) throw new MissingObjectError(key, this.uri);
    return object;
  }

  #store(key: string, bytes: Uint8Array): void {
    this.#puts += 1;
    const entry = { key, size: bytes.length, modifiedAt: Date.now(), etag: String(this.#puts) };
    this.#objects.set(key, { entry, bytes });
  }
}

/** A copy: `slice` of a Buffer would share its memory. */
async function gather(body: ObjectBody): Promise<Uint8Array> {
  if (body instanceof Uint8Array) return new Uint8Array(body);
  const pieces: Uint8Array[] = [];
  for await (const piece of body) pieces.push(new Uint8Array(piece));
  return new Uint8Array(Buffer.concat(pieces));
}
