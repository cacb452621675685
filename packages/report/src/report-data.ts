import type { Fingerprint, Stage, Success } from "@pomona/core";
import type { ClassifierName } from "@pomona/model";

/**
 * What a report says, in numbers: `report.json`. Everything that `report.html` shows is in here but for the pictures.
 * Rows are those of the table; a sample is drawn from them with a stated size and seed.
 */
export interface ReportData {
  readonly name: "pomona.report";
  readonly version: 1;
  readonly run: string;
  readonly generation: number;
  readonly input: string;
  readonly listedAt: string;
  readonly finishedAt: string;
  /** True when the weights were a random network: the numbers describe nothing. */
  readonly untrained: boolean;
  readonly warnings: readonly string[];
  readonly books: Success["books"];
  /** What was asked; null where `_run` was removed. */
  readonly configuration: Configuration | null;
  readonly fingerprint: Partial<Fingerprint>;
  readonly versions: Readonly<Record<string, string>>;
  readonly time: TimeSummary;
  readonly variance: VarianceProfile;
  /** The most frequent first; at most {@link maxLabels}. */
  readonly labels: readonly LabelCount[];
  /** All of them, shown or not. */
  readonly labelCount: number;
  readonly sample: Sample;
  /** The rows of the sample by their first two components; `y` is 0 where there is one only. */
  readonly map: readonly MapPoint[];
  readonly neighbours: NeighbourSummary;
  /** Null for a result without a comparison: one of an earlier version. */
  readonly classifiers: ClassifierSummary | null;
  readonly duplicates: DuplicateSummary;
  readonly dimensions: DimensionSummary;
  readonly norms: NormSummary;
  readonly quarantine: readonly QuarantineGroup[];
}

/** Labels that a report lists one by one. */
export const maxLabels = 500;

export interface Configuration {
  readonly features: Readonly<Record<string, unknown>>;
  readonly model: Readonly<Record<string, unknown>>;
}

export interface Sample {
  readonly rows: number;
  readonly of: number;
  readonly seed: number;
}

export interface LabelCount {
  readonly label: string;
  readonly rows: number;
}

export interface MapPoint {
  readonly path: string;
  readonly label: string;
  readonly x: number;
  readonly y: number;
}

export interface TimeSummary {
  /** Wall time by phase, and `total`. */
  readonly seconds: Readonly<Record<string, number>>;
  /** Featurized images per second of featurizing. */
  readonly imagesPerSecond: number;
  /** In the order in which an image passes them. */
  readonly stages: readonly StageSummary[];
  readonly bottleneck: Bottleneck | null;
}

export interface StageSummary {
  readonly stage: Stage;
  readonly count: number;
  readonly totalMs: number;
  readonly meanMs: number;
  /** Upper bounds of the buckets that hold the quantiles, in milliseconds; null above the last bound. */
  readonly p50Ms: number | null;
  readonly p95Ms: number | null;
  readonly p99Ms: number | null;
  /** Of the time of all stages. */
  readonly share: number;
}

export interface Bottleneck {
  readonly stage: Stage;
  readonly share: number;
  /** One sentence: what the time went into, and what would help. */
  readonly sentence: string;
}

export interface VarianceProfile {
  /** Features that vary: the total variance of their standardised form. */
  readonly total: number;
  readonly rank: number;
  /** Components in the table. */
  readonly kept: number;
  /** Of the kept components together. */
  readonly keptShare: number;
  /** Share of the total variance of every component there is, descending. */
  readonly ratios: readonly number[];
  /** How many components explain 80, 90, 95 and 99 %. */
  readonly needed: readonly { readonly share: number; readonly components: number }[];
}

export interface NeighbourSummary {
  /** Neighbours that vote. */
  readonly k: number;
  /** Rows of the sample that are classified by the others. */
  readonly rows: number;
  readonly correct: number;
  /** Leaving one out; null where there is nothing to tell apart. */
  readonly accuracy: number | null;
  /** The same, but frames of the same series don't vote; null where names show no series. */
  readonly withoutSeries: {
    readonly series: number;
    readonly correct: number;
    readonly accuracy: number;
    readonly confusion: readonly (readonly number[])[] | null;
  } | null;
  /** In byte order, as rows and columns of the confusion matrix. */
  readonly labels: readonly string[];
  /** Rows of label i taken for label j; null for more than {@link maxConfusionLabels} labels. */
  readonly confusion: readonly (readonly number[])[] | null;
  readonly byLabel: readonly LabelAccuracy[];
  /** The following leave the votes of an image's series out, where names show one. Pairs of labels by how often the first is taken for the second, the most frequent first. */
  readonly confused: readonly { readonly label: string; readonly takenFor: string; readonly rows: number }[];
  readonly mistakes: readonly Mistake[];
}

export const maxConfusionLabels = 150;

export interface LabelAccuracy {
  readonly label: string;
  readonly rows: number;
  readonly accuracy: number;
}

export interface Mistake {
  readonly path: string;
  readonly label: string;
  readonly takenFor: string;
  /** The nearest other row. */
  readonly nearest: string;
}

/** Cross-validation of the classifiers in `model/`. */
export interface ClassifierSummary {
  /** Images that were tested: a seeded sample, stratified by label. */
  readonly rows: number;
  readonly folds: number;
  readonly labels: number;
  /** Labels whose photo series were kept together. */
  readonly labelsBySeries: number;
  /** What `pomona classify` uses. */
  readonly best: ClassifierResult["name"];
  /** Why nothing was compared. */
  readonly skipped: string | null;
  /** Where the model is from, and its images; null where it is this result's own. */
  readonly modelFrom: string | null;
  readonly results: readonly ClassifierResult[];
}

export interface ClassifierResult {
  readonly name: ClassifierName;
  readonly correct: number;
  readonly accuracy: number;
  /** The most frequent first. */
  readonly confused: readonly { readonly label: string; readonly takenFor: string; readonly rows: number }[];
}

export interface DuplicateSummary {
  /** Least cosine similarity of the features of a pair. */
  readonly similarity: number;
  /** Rows of the sample that were compared with each other. */
  readonly rows: number;
  readonly pairs: number;
  /** Rows of the sample that are in a pair. */
  readonly involved: number;
  /** Of the 10,000 most alike pairs. */
  readonly acrossLabels: number;
  /** The most alike of different labels first, then the most alike. */
  readonly examples: readonly {
    readonly first: string;
    readonly second: string;
    readonly similarity: number;
    readonly labels: readonly [string, string];
  }[];
}

export interface DimensionSummary {
  readonly dimension: number;
  /** Columns of `features` whose values are all equal: standardised to 0, and no part of the PCA. */
  readonly constant: readonly number[];
  /** Those of them that are 0 everywhere. */
  readonly dead: readonly number[];
  /** Columns that are not dead and not 0 in fewer than 1 % of the rows. */
  readonly rare: readonly number[];
  /** Of all values. */
  readonly zeroShare: number;
}

/** Euclidean norms of the features of all rows. */
export interface NormSummary {
  readonly min: number;
  readonly median: number;
  readonly max: number;
  readonly mean: number;
  /** Median absolute deviation from the median. */
  readonly mad: number;
  /** Outliers lie further from the median than this. */
  readonly limit: number;
  readonly outlierCount: number;
  /** The furthest first. */
  readonly outliers: readonly { readonly path: string; readonly label: string; readonly norm: number }[];
  readonly histogram: { readonly from: number; readonly step: number; readonly counts: readonly number[] };
}

export interface QuarantineGroup {
  readonly reason: string;
  readonly images: number;
  readonly examples: readonly { readonly path: string; readonly stage: string; readonly detail: string }[];
}
