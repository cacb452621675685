import { type LentObject, readByRequest } from "@pomona/store/read-by-request";
import type { ImageSource } from "./inference-messages.ts";
import { ThreadPoolClock } from "./thread-pool-clock.ts";

export interface FetchedBytes {
  /** Undefined where the object could not be read. */
  readonly bytes: Uint8Array | undefined;
  readonly getMs: number;
}

/** Fetches objects from when they are known, so that they are there when it is their turn to be decoded. */
export class FetchAhead {
  readonly #fetching = new Map<number, Promise<FetchedBytes>>();
  /** Nothing waits for a thread here; but the end of a request is heard late while the engine blocks this one. */
  readonly #clock = new ThreadPoolClock({ threads: Number.POSITIVE_INFINITY });

  start(id: number, source: ImageSource): void {
    if ("request" in source) this.#fetching.set(id, this.#fetch(source));
  }

  /** Undefined for what is not fetched. */
  take(id: number): Promise<FetchedBytes> | undefined {
    const fetching = this.#fetching.get(id);
    this.#fetching.delete(id);
    return fetching;
  }

  wasBlocked(): void {
    this.#clock.wasBlocked();
  }

  async #fetch(object: LentObject): Promise<FetchedBytes> {
    const work = this.#clock.begin("get");
    const bytes = await readByRequest(object);
    return { bytes, getMs: this.#clock.end(work) };
  }
}
