/** One property of a result, checked. */
export interface Check {
  readonly name: string;
  readonly ok: boolean;
  /** What was found; for a failed check what is wrong and where it was first seen. */
  readonly detail: string;
}

export interface Column {
  readonly name: string;
  /** As `string` or `fixed_size_list<float>[1280]`. */
  readonly type: string;
}

/** A row of the table with as many numbers of each vector as fit a line. */
export interface HeadRow {
  readonly path: string;
  readonly label: string;
  readonly features: readonly number[];
  readonly scaledFeatures: readonly number[];
  readonly pcaFeatures: readonly number[];
}

/** What `validate` found: the checks, and what the first look at the table shows. */
export interface Validation {
  /** Address of the output. */
  readonly out: string;
  readonly run: string;
  readonly ok: boolean;
  readonly checks: readonly Check[];
  readonly columns: readonly Column[];
  /** The first five rows. */
  readonly head: readonly HeadRow[];
  /** Shape of the first row's `pcaFeatures`. */
  readonly pcaShape: readonly number[];
  readonly explainedVariance: readonly number[];
  /** True when the weights were a random network: the numbers describe nothing. */
  readonly untrained: boolean;
}

export function passed(name: string, detail: string): Check {
  return { name, ok: true, detail };
}

export function failed(name: string, detail: string): Check {
  return { name, ok: false, detail };
}

/** Passed when nothing is wrong, else failed with the first of `count` faults. */
export function judge(name: string, faults: readonly string[], detail: string, count = faults.length): Check {
  if (count === 0) return passed(name, detail);
  const shown = faults.slice(0, 3);
  const more = count > shown.length ? `; and ${count - shown.length} more` : "";
  return failed(name, shown.join("; ") + more);
}
