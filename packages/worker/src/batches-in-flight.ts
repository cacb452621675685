/** Images of a call that is measured only when the engine is there. */
const measuredInferBatch = 128;

/** Batches to fetch and compute at the same time, so that every process of a worker has images. */
export function batchesInFlightFor({
  workers,
  decoders,
  inferBatch,
}: {
  readonly workers: number;
  /** Processes that decode for one that infers; 0 where each does both. */
  readonly decoders: number;
  readonly inferBatch?: number | undefined;
}): number {
  if (decoders === 0) return Math.max(2, 1 + Math.ceil((workers * (inferBatch ?? 4)) / 32));
  // One call is computed, the next is decoded, and every decoder has something at hand.
  const images = 2 * (inferBatch ?? measuredInferBatch) + 8 * decoders;
  return 2 + Math.ceil(images / 128);
}
