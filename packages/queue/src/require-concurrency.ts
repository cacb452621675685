/** A consumer must be able to take a job. */
export function requireConcurrency(concurrency: number): void {
  if (Number.isInteger(concurrency) && concurrency >= 1) return;
  throw new RangeError(`concurrency is a whole number of at least 1, not ${concurrency}`);
}
