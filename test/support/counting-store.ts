import type { GetOptions, ListOptions, ObjectBody, ObjectEntry, ObjectStore } from "@pomona/core";

/** What was asked of a store. */
export interface StoreCosts {
  /** Of S3: one for each object and each thousand keys. */
  requests: number;
  listedKeys: number;
  readBytes: number;
}

export const noCosts = (): StoreCosts => ({ requests: 0, listedKeys: 0, readBytes: 0 });

/** Another store, and what is asked of it. */
export class CountingStore implements ObjectStore {
  readonly #store: ObjectStore;
  readonly #costs: () => StoreCosts;

  constructor(store: ObjectStore, costs: () => StoreCosts) {
    this.#store = store;
    this.#costs = costs;
  }

  get uri(): string {
    return this.#store.uri;
  }

  async *list(options?: ListOptions): AsyncGenerator<ObjectEntry> {
    const costs = this.#costs();
    costs.requests += 1;
    let keys = 0;
    for await (const entry of this.#store.list(options)) {
      keys += 1;
      costs.listedKeys += 1;
      if (keys % 1000 === 0) costs.requests += 1;
      yield entry;
    }
  }

  stat(key: string): Promise<ObjectEntry | undefined> {
    this.#costs().requests += 1;
    return this.#store.stat(key);
  }

  async get(key: string, options?: GetOptions): Promise<Uint8Array> {
    const costs = this.#costs();
    costs.requests += 1;
    const bytes = await this.#store.get(key, options);
    costs.readBytes += bytes.length;
    return bytes;
  }

  async *stream(key: string): AsyncGenerator<Uint8Array> {
    const costs = this.#costs();
    costs.requests += 1;
    for await (const chunk of this.#store.stream(key)) {
      costs.readBytes += chunk.length;
      yield chunk;
    }
  }

  putIfAbsent(key: string, body: ObjectBody): Promise<"created" | "exists"> {
    return this.#store.putIfAbsent(key, body);
  }

  put(key: string, body: ObjectBody): Promise<void> {
    return this.#store.put(key, body);
  }

  copy(from: string, to: string): Promise<void> {
    return this.#store.copy(from, to);
  }

  delete(keys: readonly string[]): Promise<void> {
    return this.#store.delete(keys);
  }
}
