/** Consecutive batches `from` (inclusive) to `to` (exclusive). */
export interface BatchRange {
  readonly from: number;
  readonly to: number;
}

/** Most groups a run may have, and fewest images a group closes with. */
const maxGroups = 512;
const minImages = 8192;

/**
 * Groups: batches whose moments are made together. A group closes when it holds max(8192, ceil(listed / 512)) images,
 * so there are at most 512. A function of the listing alone, so every reducer and every resume finds the same ones.
 */
export function groupBatches(imagesPerBatch: readonly number[]): BatchRange[] {
  const listed = sum(imagesPerBatch);
  const enough = Math.max(minImages, Math.ceil(listed / maxGroups));
  return cut(imagesPerBatch, (held) => held >= enough);
}

/** Most rows a part of the table may aim at: a row is about 10 kB. */
const rowsPerPart = 16_384;

/**
 * Parts: the files of the table. Batch b goes to part floor(listedBefore(b) · P / listed), where P is what was asked,
 * at most one per batch, and enough to keep parts near 16,384 rows. Empty ones are left out, so numbers are dense.
 */
export function partitionBatches(imagesPerBatch: readonly number[], partitions: number): BatchRange[] {
  const listed = sum(imagesPerBatch);
  if (listed === 0) return [];
  const parts = Math.max(Math.min(partitions, imagesPerBatch.length), Math.ceil(listed / rowsPerPart));
  const ranges: BatchRange[] = [];
  let from = 0;
  let before = 0;
  for (let b = 1; b <= imagesPerBatch.length; b++) {
    const partOfPrevious = Math.floor((before * parts) / listed);
    before += imagesPerBatch[b - 1] ?? 0;
    const partOfThis = Math.floor((before * parts) / listed);
    if (b < imagesPerBatch.length && partOfThis === partOfPrevious) continue;
    ranges.push({ from, to: b });
    from = b;
  }
  return ranges;
}

function cut(imagesPerBatch: readonly number[], full: (held: number) => boolean): BatchRange[] {
  const ranges: BatchRange[] = [];
  let from = 0;
  let held = 0;
  for (const [b, images] of imagesPerBatch.entries()) {
    held += images;
    if (!full(held) && b < imagesPerBatch.length - 1) continue;
    ranges.push({ from, to: b + 1 });
    from = b + 1;
    held = 0;
  }
  return ranges;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
