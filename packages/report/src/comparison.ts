import type { ScoreDifference } from "./score-difference.ts";
import type { VectorDifference } from "./vector-difference.ts";

/** What `compare` found; `a` is measured against `b`. */
export interface TableComparison {
  readonly a: string;
  readonly b: string;
  /** Nothing differs by more than the tolerances. */
  readonly same: boolean;
  /** One sentence for each thing that differs by more. */
  readonly faults: readonly string[];
  /** Folders below which paths were compared, where no path of one table is in the other. */
  readonly below: readonly [string, string] | null;
  readonly rows: {
    readonly a: number;
    readonly b: number;
    readonly both: number;
    readonly onlyA: readonly string[];
    readonly onlyB: readonly string[];
    readonly onlyACount: number;
    readonly onlyBCount: number;
    /** Rows whose path came before. */
    readonly repeated: number;
  };
  readonly labelChanges: {
    readonly count: number;
    readonly examples: readonly { readonly path: string; readonly a: string; readonly b: string }[];
  };
  /** Null where one table lacks the column. */
  readonly features: VectorDifference | null;
  readonly scaledFeatures: VectorDifference | null;
  readonly pcaFeatures: ScoreDifference | null;
}

export interface Tolerances {
  /** Largest |a − b| of a feature. Engines agree within 1e-4. @defaultValue 1e-4 */
  readonly features: number;
  /** Largest angle between the spaces of components, in radians. @defaultValue 1e-3 */
  readonly angle: number;
}
