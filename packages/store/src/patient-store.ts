import { setTimeout as sleep } from "node:timers/promises";
import {
  type GetOptions,
  type LentRequest,
  type ListOptions,
  type ObjectBody,
  type ObjectEntry,
  type ObjectStore,
  type Operation,
  type Patience,
  StoreUnavailableError,
} from "@pomona/core";

/** Told of each failure that is tried again. */
export type RetryListener = (retry: {
  readonly operation: Operation;
  /** Failures of this call before this one. */
  readonly attempt: number;
  readonly error: StoreUnavailableError;
}) => void;

export interface PatientStoreOptions {
  readonly onRetry?: RetryListener | undefined;
}

/**
 * A store that waits for better weather: what fails with {@link StoreUnavailableError} is tried again until `patience`
 * is spent. Everything else, and a streamed body, which cannot be sent twice, fails at once.
 */
export class PatientStore implements ObjectStore {
  readonly uri: string;
  readonly #store: ObjectStore;
  readonly #patience: Patience;
  readonly #onRetry: RetryListener;

  constructor(store: ObjectStore, patience: Patience, { onRetry = () => {} }: PatientStoreOptions = {}) {
    this.uri = store.uri;
    this.#store = store;
    this.#patience = patience;
    this.#onRetry = onRetry;
  }

  /** Goes on after the last entry given when a page fails. */
  async *list(options: ListOptions = {}): AsyncGenerator<ObjectEntry> {
    let after = options.after;
    for (let attempt = 0; ; attempt++) {
      try {
        for await (const entry of this.#store.list({ ...options, ...(after !== undefined && { after }) })) {
          this.#patience.succeeded("list");
          attempt = 0;
          after = entry.key;
          yield entry;
        }
        this.#patience.succeeded("list");
        return;
      } catch (error) {
        await this.#wait("list", attempt, error, options.signal);
      }
    }
  }

  stat(key: string): Promise<ObjectEntry | undefined> {
    return this.#try("stat", () => this.#store.stat(key));
  }

  get(key: string, options: GetOptions = {}): Promise<Uint8Array> {
    return this.#try("get", () => this.#store.get(key, options), options.signal);
  }

  /** Trouble with the file is left to whoever reads it through {@link get}. */
  async localFile(key: string): Promise<Uint8Array | undefined> {
    return this.#store.localFile?.(key).catch(() => undefined);
  }

  /** As with {@link localFile}. What became of the request is weather as well. */
  async lendRequest(key: string): Promise<LentRequest | undefined> {
    const lent = await this.#store.lendRequest?.(key).catch(() => undefined);
    return lent && { request: lent.request, succeeded: () => this.#patience.succeeded("get") };
  }

  async *stream(key: string): AsyncGenerator<Uint8Array> {
    yield* this.#store.stream(key);
  }

  putIfAbsent(key: string, body: ObjectBody): Promise<"created" | "exists"> {
    if (!(body instanceof Uint8Array)) return this.#store.putIfAbsent(key, body);
    return this.#try("put", () => this.#store.putIfAbsent(key, body));
  }

  put(key: string, body: ObjectBody): Promise<void> {
    if (!(body instanceof Uint8Array)) return this.#store.put(key, body);
    return this.#try("put", () => this.#store.put(key, body));
  }

  copy(from: string, to: string): Promise<void> {
    return this.#try("put", () => this.#store.copy(from, to));
  }

  delete(keys: readonly string[]): Promise<void> {
    return this.#try("delete", () => this.#store.delete(keys));
  }

  async #try<T>(operation: Operation, work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    for (let attempt = 0; ; attempt++) {
      try {
        const result = await work();
        this.#patience.succeeded(operation);
        return result;
      } catch (error) {
        await this.#wait(operation, attempt, error, signal);
      }
    }
  }

  async #wait(operation: Operation, attempt: number, error: unknown, signal?: AbortSignal): Promise<void> {
    if (!(error instanceof StoreUnavailableError)) throw error;
    const delayMs = this.#patience.failed(operation, attempt, error);
    this.#onRetry({ operation, attempt, error });
    // Half of the delay is drawn by lot, so that many workers do not come back at the same moment.
    await sleep(delayMs * (0.5 + Math.random() / 2), undefined, signal && { signal });
  }
}
