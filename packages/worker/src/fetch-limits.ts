import { Budget } from "./budget.ts";
import { SpareMemory } from "./spare-memory.ts";

/** More than a worker ever has in hand: who takes so many of `batches` is alone. */
export const allBatches = 2 ** 20;

/** What all batches of a worker share of its connections and its memory. */
export class FetchLimits {
  readonly fetches: Budget;
  readonly bytes: Budget;
  /**
   * A batch with marks is alone, others are side by side: their images would take the blame for each other's deeds, and a
   * marked one that waited for theirs would be in hand for so long that deaths by other causes met it twice.
   */
  readonly batches = new Budget(allBatches);
  readonly memory: SpareMemory;

  /** @param maxBytes of images on their way, from the fetch to the answer of the pool */
  constructor({ maxFetches = 16, maxBytes = 64 * 1024 * 1024 } = {}) {
    this.fetches = new Budget(maxFetches);
    this.bytes = new Budget(maxBytes);
    this.memory = new SpareMemory(maxBytes);
  }
}
