export interface Counts {
  readonly passed?: number;
  readonly failed?: number;
  readonly skipped?: number;
}

export function addToTally(counts: Counts, file?: string): void;
