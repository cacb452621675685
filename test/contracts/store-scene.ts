import type { ObjectStore } from "@pomona/core";

/** What a store must bring to be tested. Each test works below a prefix of its own. */
export interface ObjectStoreHarness {
  readonly store: ObjectStore;
  /** Whether keys may hold bytes that are not UTF-8, as file names do. */
  readonly holdsUndecodableKeys: boolean;
  /** Objects that the paging test puts, over several pages of the store's own; default 2,500. */
  readonly manyObjects?: number;
  /** Keys that the server behind the store takes and then lists wrongly: its fault, not the store's. */
  readonly unlistable?: RegExp;
  close(): Promise<void>;
}

export const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString();
export const bytes = (content: string): Uint8Array => Buffer.from(content);

/** The store under test, once it is open. */
export class StoreScene {
  #harness: ObjectStoreHarness | undefined;

  get harness(): ObjectStoreHarness {
    if (this.#harness === undefined) throw new Error("the store is not open");
    return this.#harness;
  }

  get store(): ObjectStore {
    return this.harness.store;
  }

  async open(makeHarness: () => Promise<ObjectStoreHarness>): Promise<void> {
    this.#harness = await makeHarness();
  }

  /** Puts objects that hold their own keys. */
  async fill(keys: Iterable<string>): Promise<void> {
    const left = [...keys];
    const writers = Array.from({ length: 16 }, async () => {
      for (let key = left.pop(); key !== undefined; key = left.pop()) await this.store.put(key, bytes(key));
    });
    await Promise.all(writers);
  }

  async keysOf(options: Parameters<ObjectStore["list"]>[0]): Promise<string[]> {
    const keys: string[] = [];
    for await (const entry of this.store.list(options)) keys.push(entry.key);
    return keys;
  }
}
