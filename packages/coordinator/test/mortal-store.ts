import type { ListOptions, ObjectBody, ObjectEntry, ObjectStore } from "@pomona/core";

/** What a dead process would say. */
export class Death extends Error {}

/**
 * A store as a process sees it that is killed right before its write number `lives`: from then on nothing reaches the
 * store below. `writes` tells how many there were.
 */
export class MortalStore implements ObjectStore {
  writes = 0;
  readonly uri: string;
  readonly #store: ObjectStore;
  readonly #lives: number;

  constructor(store: ObjectStore, lives: number = Number.POSITIVE_INFINITY) {
    this.uri = store.uri;
    this.#store = store;
    this.#lives = lives;
  }

  get isDead(): boolean {
    return this.writes > this.#lives;
  }

  async *list(options?: ListOptions): AsyncGenerator<ObjectEntry> {
    this.#live();
    yield* this.#store.list(options);
  }

  async stat(key: string) {
    this.#live();
    return this.#store.stat(key);
  }

  async get(key: string, options?: Parameters<ObjectStore["get"]>[1]) {
    this.#live();
    return this.#store.get(key, options);
  }

  async *stream(key: string) {
    this.#live();
    yield* this.#store.stream(key);
  }

  async putIfAbsent(key: string, body: ObjectBody) {
    this.#write();
    return this.#store.putIfAbsent(key, body);
  }

  async put(key: string, body: ObjectBody) {
    this.#write();
    return this.#store.put(key, body);
  }

  async copy(from: string, to: string) {
    this.#write();
    return this.#store.copy(from, to);
  }

  async delete(keys: readonly string[]) {
    for (const key of keys) {
      this.#write();
      await this.#store.delete([key]);
    }
  }

  #write(): void {
    this.writes += 1;
    this.#live();
  }

  #live(): void {
    if (this.isDead) throw new Death("the process is dead");
  }
}
