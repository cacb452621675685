/** One comparison with a reference. */
export interface ParityLine {
  readonly stage: "decode" | "resample" | "features" | "statistics" | "ml-pca";
  readonly what: string;
  /** Largest difference, or the number of images that differ where bytes must be equal. */
  readonly difference: number;
  readonly tolerance: number;
  readonly ok: boolean;
  /** What was compared, or what the first difference is. */
  readonly detail: string;
}

export interface Skipped {
  readonly what: string;
  readonly why: string;
}

/** How this build's numbers agree with those of the programs it replaces. */
export interface ParityReport {
  /** Every line holds; what was skipped does not count. */
  readonly ok: boolean;
  readonly lines: readonly ParityLine[];
  readonly skipped: readonly Skipped[];
  /** Versions of the references. */
  readonly references: Readonly<Record<string, string>>;
}

/** NaN is beyond every tolerance. */
export function parityLine(line: Omit<ParityLine, "ok">): ParityLine {
  return { ...line, ok: line.difference <= line.tolerance };
}
