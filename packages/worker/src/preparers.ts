import { createPreparer, type Preparer } from "@pomona/vision";
import type { Preparation } from "./inference-messages.ts";

/** The preparers of one process, each made once. */
export class Preparers {
  readonly #made = new Map<string, Preparer>();

  /** @param size height and width of the network's images, pixels */
  of(preparation: Preparation, size: number): Preparer {
    const key = JSON.stringify([preparation, size]);
    const preparer = this.#made.get(key) ?? createPreparer({ ...preparation, size });
    this.#made.set(key, preparer);
    return preparer;
  }
}
