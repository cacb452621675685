import {
  type Classification,
  classifyByCentroids,
  classifyByLogisticRegression,
  defaultNeighbours,
  type Neighbours,
  nearestNeighbours,
  projectRows,
  scaleRows,
  sharesOfVotes,
} from "@pomona/stats";
import type { Bundle } from "./bundle.ts";
import type { ClassifierName } from "./comparison.ts";

/** A row of the reference set that is near an image. */
export interface Neighbor {
  readonly path: string;
  readonly label: string;
  /** Euclidean, of `pcaFeatures`. */
  readonly distance: number;
}

/** What one classifier says. */
export interface Verdict {
  readonly label: string;
  /** Its probability of that label, 0 to 1. */
  readonly confidence: number;
}

/** What the model says of one image. */
export interface Judgement extends Verdict {
  /** The one that `label` and `confidence` are of. */
  readonly classifier: ClassifierName;
  readonly verdicts: Partial<Record<ClassifierName, Verdict>>;
  /** Nearest first. */
  readonly neighbors: readonly Neighbor[];
  /** `[k]` */
  readonly pcaFeatures: Float64Array;
}

export interface JudgeOptions {
  /** Default: the best of the model's comparison. */
  readonly classifier?: ClassifierName | undefined;
  /** Neighbours in the answer; default 5. Voting ones are five whatever this is. */
  readonly neighbors?: number;
}

/**
 * Applies a model to the features of one image, `[d]`: standardised and projected exactly as the rows of the table.
 * Blocks its thread for the milliseconds that comparing with the reference set takes.
 */
export function judgeFeatures(bundle: Bundle, features: Float32Array, options: JudgeOptions = {}): Judgement {
  const { classifier = bundle.comparison.best, neighbors: wanted = defaultNeighbours } = options;
  const { reference, pca, scaler, classes, centroids, logistic } = bundle;
  const scaled = scaleRows(scaler, features);
  const pcaFeatures = projectRows(pca, scaled);
  const [near] = nearestNeighbours({
    reference: reference.pcaFeatures,
    queries: pcaFeatures,
    dimension: pca.k,
    count: Math.max(wanted, defaultNeighbours),
  });
  const found: Neighbours = near ?? { indices: new Int32Array(), distances: new Float64Array() };
  const verdicts: Judgement["verdicts"] = {
    knn: verdictOf(voteOf(bundle, found), classes),
    centroid: verdictOfRow(classifyByCentroids(centroids, pcaFeatures), classes),
    ...(logistic && { logistic: verdictOfRow(classifyByLogisticRegression(logistic, scaled), classes) }),
  };
  const { label = "", confidence = 0 } = verdicts[classifier] ?? verdicts.knn ?? {};
  return {
    label,
    confidence,
    classifier: verdicts[classifier] === undefined ? "knn" : classifier,
    verdicts,
    neighbors: Array.from(found.indices.subarray(0, wanted), (row, i) => ({
      path: reference.paths[row] ?? "",
      label: reference.labels[row] ?? "",
      distance: found.distances[i] ?? 0,
    })),
    pcaFeatures,
  };
}

function voteOf({ reference, classes }: Bundle, { indices, distances }: Neighbours): Float64Array {
  const numberOf = new Map(classes.map((name, i) => [name, i]));
  const voters = indices.subarray(0, defaultNeighbours);
  const labels = Array.from(voters, (row) => numberOf.get(reference.labels[row] ?? "") ?? 0);
  return sharesOfVotes({ indices: Int32Array.from(labels.keys()), distances }, labels, classes.length);
}

function verdictOfRow({ probabilities }: Classification, classes: readonly string[]): Verdict {
  return verdictOf(probabilities, classes);
}

/** The most probable class, of equal ones the first. */
function verdictOf(probabilities: Float64Array, classes: readonly string[]): Verdict {
  let best = 0;
  for (const [c, probability] of probabilities.entries()) if (probability > (probabilities[best] ?? 0)) best = c;
  return { label: classes[best] ?? "", confidence: probabilities[best] ?? 0 };
}
