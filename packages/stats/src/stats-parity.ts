import { createHash } from "node:crypto";
import { componentsForVariance } from "./component-count.ts";
import { createOnnxruntimeCrossProduct } from "./cross-product-onnxruntime.ts";
import type { Moments } from "./moments.ts";
import { createMomentsAccumulator } from "./moments-accumulator.ts";
import { fitPca, type Pca } from "./pca.ts";
import { type MatrixSpec, reproducibleMatrix } from "./reproducible-matrix.ts";
import { fitScaler } from "./scaler.ts";

/** What NumPy and scikit-learn say of one matrix; arrays are float64 little-endian in base64. */
export interface GoldenMatrix extends MatrixSpec {
  readonly sha256: string;
  readonly mean: string;
  readonly std: string;
  readonly eigenvalues: string;
  /** The first few, one a row, largest |loading| positive. */
  readonly components: string;
  readonly componentsForVariance: readonly { readonly variance: number; readonly k: number }[];
  readonly scikitLearnRatios: string;
}

/** Written by test/parity/make_stats_goldens.py. */
export interface StatsGoldens {
  readonly name: string;
  readonly version: number;
  readonly madeWith: Readonly<Record<string, string>>;
  readonly matrices: Readonly<Record<string, GoldenMatrix>>;
}

/** One line of the parity report. */
export interface ParityFinding {
  readonly matrix: string;
  readonly quantity: string;
  /** Largest difference found. */
  readonly difference: number;
  /** It agrees where the difference is at most this. */
  readonly limit: number;
}

const LIMIT = 1e-9;
/** A component is only determined as well as its eigenvalue is apart from the neighbours, relative to the largest. */
const SMALLEST_GAP = 1e-3;

/**
 * Computes scaler and PCA of the golden matrices by the same code as a run and compares: means and deviations relative
 * to max(1, |expected|), eigenvalues relative to the largest, the rest absolutely.
 *
 * @throws Error where the goldens are of another version, or a matrix was not made again to the bit
 */
export async function compareWithStatsGoldens(goldens: StatsGoldens): Promise<ParityFinding[]> {
  if (goldens.name !== "pomona.goldens.stats" || goldens.version !== 1) {
    throw new Error(`parity: expected pomona.goldens.stats version 1, got ${goldens.name} version ${goldens.version}`);
  }
  const findings: ParityFinding[] = [];
  for (const [matrix, golden] of Object.entries(goldens.matrices)) {
    const rows = reproducibleMatrix(golden);
    const sha256 = createHash("sha256").update(new Uint8Array(rows.buffer)).digest("hex");
    if (sha256 !== golden.sha256) throw new Error(`parity: matrix ${matrix} was not made again to the bit`);
    const moments = await momentsOf(rows, golden.columns);
    const scaler = fitScaler(moments);
    const expected = decode(golden.components);
    const pca = fitPca({ moments, components: expected.length / golden.columns });
    const add = (quantity: string, difference: number, limit = LIMIT) =>
      findings.push({ matrix, quantity, difference, limit });

    add("mean", largestDifference(scaler.mean, decode(golden.mean), relativeToValue));
    add("std", largestDifference(scaler.std, decode(golden.std), relativeToValue));
    const constants = [...golden.constantColumns].sort((a, b) => a - b);
    add("constant columns", String(scaler.constantColumns) === String(constants) ? 0 : 1, 0);
    const eigenvalues = decode(golden.eigenvalues);
    add(
      "eigenvalues",
      largestDifference(pca.eigenvalues, eigenvalues, () => eigenvalues[0]),
    );
    const ratios = pca.eigenvalues.map((value) => value / pca.totalVariance);
    const expectedRatios = decode(golden.scikitLearnRatios);
    add("explained variance", largestDifference(ratios.subarray(0, expectedRatios.length), expectedRatios));
    for (const { variance, k } of golden.componentsForVariance) {
      add(`k for ${variance}`, Math.abs(componentsForVariance(ratios, variance, pca.rank) - k), 0);
    }
    for (const row of separatedComponents(pca)) {
      const part = (all: Float64Array) => all.subarray(row * golden.columns, (row + 1) * golden.columns);
      add(`component ${row + 1}`, largestDifference(part(pca.components), part(expected)));
    }
  }
  return findings;
}

async function momentsOf(rows: Float32Array, dimension: number): Promise<Moments> {
  const { crossProduct, release } = await createOnnxruntimeCrossProduct({ dimension });
  try {
    const accumulator = createMomentsAccumulator({ dimension, crossProduct });
    await accumulator.push(rows);
    return await accumulator.finish();
  } finally {
    await release();
  }
}

function separatedComponents({ eigenvalues, k }: Pca): number[] {
  const apart = (i: number) =>
    i < 0 || i + 1 >= eigenvalues.length || eigenvalues[i] - eigenvalues[i + 1] > SMALLEST_GAP * eigenvalues[0];
  return Array.from({ length: k }, (_, i) => i).filter((i) => apart(i - 1) && apart(i));
}

/** A Buffer's memory may start anywhere, so the bytes are copied to where doubles may lie. */
function decode(base64: string): Float64Array {
  return new Float64Array(new Uint8Array(Buffer.from(base64, "base64")).buffer);
}

function relativeToValue(expected: number): number {
  return Math.max(1, Math.abs(expected));
}

/** The largest |actual − expected| / unit(expected); infinite where lengths differ or a value is NaN. */
function largestDifference(
  actual: Float64Array,
  expected: Float64Array,
  unit: (expected: number) => number = () => 1,
): number {
  if (actual.length !== expected.length) return Number.POSITIVE_INFINITY;
  let largest = 0;
  for (let i = 0; i < actual.length; i++) {
    const difference = Math.abs(actual[i] - expected[i]) / unit(expected[i]);
    if (!(difference <= largest)) largest = Number.isNaN(difference) ? Number.POSITIVE_INFINITY : difference;
  }
  return largest;
}
