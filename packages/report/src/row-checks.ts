import { compareKeys, type Success } from "@pomona/core";
import { projectRows, scaleRows } from "@pomona/stats";
import { ColumnSums } from "./column-sums.ts";
import { FaultList } from "./fault-list.ts";
import type { Model } from "./read-model.ts";
import type { TableRows } from "./read-table.ts";
import { type Check, judge } from "./validation.ts";

/** Largest |mean| and |std − 1| of a scaled column. */
const scaledTolerance = 1e-4;
/** Two float32 roundings of the same number may differ by this share of it. */
const float32Step = 2 ** -23;
/** Of the norm of the scaled vector, for what is computed in double. */
const projectionTolerance = 1e-9;
const varianceTolerance = 1e-6;

/** Gathers what must hold of the rows, in memory that does not grow with them: a few sums for each column. */
export class RowChecks {
  readonly #success: Success;
  readonly #model: Model;
  readonly #scaledSums: ColumnSums;
  readonly #pcaSums: ColumnSums;
  readonly #labels = new Map<string, number>();
  readonly #order = new FaultList();
  readonly #finite = new FaultList();
  readonly #scaling = new FaultList();
  readonly #projection = new FaultList();
  #rows = 0;
  #lastPath: string | undefined;

  constructor(success: Success, model: Model) {
    this.#success = success;
    this.#model = model;
    this.#scaledSums = new ColumnSums(success.model.dimension);
    this.#pcaSums = new ColumnSums(success.model.components);
  }

  /** A given model was fitted to other rows: means and variances of these are not its own. */
  get #isFitted(): boolean {
    return this.#success.modelFrom === undefined;
  }

  get rows(): number {
    return this.#rows;
  }

  add(rows: TableRows): void {
    for (let row = 0; row < rows.rows; row++) this.#addPath(rows.path(row), rows.label(row));
    const { dimension, components } = this.#success.model;
    for (const [name, values, width] of [
      ["features", rows.features, dimension],
      ["scaledFeatures", rows.scaledFeatures, dimension],
      ["pcaFeatures", rows.pcaFeatures, components],
    ] as const) {
      this.#checkFinite(rows, name, values, width);
    }
    this.#checkScaling(rows, dimension);
    this.#checkProjection(rows, dimension, components);
    this.#scaledSums.add(rows.scaledFeatures);
    this.#pcaSums.add(rows.pcaFeatures);
    this.#rows += rows.rows;
  }

  /** The checks, once all rows are added. */
  finish(): Check[] {
    const { books, model } = this.#success;
    const rowFaults = this.#rows === books.featurized ? [] : [`${this.#rows} rows instead of ${books.featurized}`];
    return [
      judge("rows", rowFaults, `${this.#rows} rows, as many as featurized`),
      this.#order.judge("paths", "unique: each path is after the one before in byte order"),
      judge("labels", this.#labelFaults(), `${this.#labels.size} labels, counts as in the books`),
      this.#finite.judge("finite", "no NaN, no infinity"),
      ...(this.#isFitted ? [judge("standardised", this.#columnFaults(), this.#standardisedDetail())] : []),
      this.#scaling.judge("scaled by model", "scaledFeatures = (features − mean) / std"),
      this.#projection.judge("projected by model", "pcaFeatures = scaledFeatures · components"),
      ...(this.#isFitted
        ? [judge("explained variance", this.#varianceFaults(), `${model.explainedVariance.map(digits).join(", ")}`)]
        : []),
    ];
  }

  #addPath(path: string, label: string): void {
    const last = this.#lastPath;
    // Strict order proves that no path comes twice, without keeping them.
    if (last !== undefined && compareKeys(last, path) >= 0) {
      this.#order.add(() => (last === path ? `${path} twice` : `${path} after ${last}`));
    }
    this.#lastPath = path;
    this.#labels.set(label, (this.#labels.get(label) ?? 0) + 1);
  }

  #checkFinite(rows: TableRows, name: string, values: Float32Array | Float64Array, width: number): void {
    for (let at = 0; at < values.length; at++) {
      const value = values[at] as number;
      if (Number.isFinite(value)) continue;
      this.#finite.add(() => `${name}[${at % width}] of ${rows.path(Math.floor(at / width))} is ${value}`);
    }
  }

  #checkScaling(rows: TableRows, d: number): void {
    const expected = scaleRows(this.#model.scaler, rows.features);
    firstFaultPerRow(expected, rows.scaledFeatures, d, (value) => float32Step * Math.abs(value)).forEach((at, row) => {
      const place = `scaledFeatures[${at % d}] of ${rows.path(row)}`;
      this.#scaling.add(() => `${place} is ${rows.scaledFeatures[at]} instead of ${expected[at]}`);
    });
  }

  #checkProjection(rows: TableRows, d: number, k: number): void {
    const expected = projectRows(this.#model.pca, rows.scaledFeatures);
    const tolerance = (_: number, row: number) =>
      projectionTolerance * Math.max(1, norm(rows.scaledFeatures.subarray(row * d, (row + 1) * d)));
    firstFaultPerRow(expected, rows.pcaFeatures, k, tolerance).forEach((at, row) => {
      const place = `pcaFeatures[${at % k}] of ${rows.path(row)}`;
      this.#projection.add(() => `${place} is ${rows.pcaFeatures[at]} instead of ${expected[at]}`);
    });
  }

  #labelFaults(): string[] {
    const expected = this.#success.labels;
    const names = new Set([...Object.keys(expected), ...this.#labels.keys()]);
    return [...names]
      .filter((name) => (this.#labels.get(name) ?? 0) !== (expected[name] ?? 0))
      .map((name) => `${this.#labels.get(name) ?? 0} rows of ${name} instead of ${expected[name] ?? 0}`);
  }

  #columnFaults(): string[] {
    const constant = new Set(this.#model.scaler.constantColumns);
    const mean = this.#scaledSums.mean();
    const faults: string[] = [];
    for (const [j, variance] of this.#scaledSums.variance().entries()) {
      const std = Math.sqrt(variance);
      const wanted = constant.has(j) ? 0 : 1;
      const tolerance = constant.has(j) ? 0 : scaledTolerance;
      if (Math.abs(mean[j] as number) <= tolerance && Math.abs(std - wanted) <= tolerance) continue;
      faults.push(`column ${j} of scaledFeatures has mean ${digits(mean[j] as number)} and std ${digits(std)}`);
    }
    return faults;
  }

  #standardisedDetail(): string {
    const constant = this.#model.scaler.constantColumns.length;
    return `mean 0 and std 1 in ${this.#success.model.dimension - constant} columns, 0 in ${constant} constant ones`;
  }

  #varianceFaults(): string[] {
    const { explainedVariance, dimension, constantColumns, components } = this.#success.model;
    const total = dimension - constantColumns;
    const found = this.#pcaSums.variance().map((variance) => variance / total);
    if (explainedVariance.length !== components) {
      return [`${explainedVariance.length} shares for ${components} components`];
    }
    return explainedVariance.flatMap((share, c) => {
      const here = found[c] as number;
      return Math.abs(here - share) <= varianceTolerance
        ? []
        : [`component ${c + 1} explains ${digits(here)} of the variance instead of ${digits(share)}`];
    });
  }
}

/** For each row that has one, the place of its first value that is off by more than `tolerance` allows. */
function firstFaultPerRow(
  expected: ArrayLike<number>,
  actual: ArrayLike<number>,
  width: number,
  tolerance: (value: number, row: number) => number,
): Map<number, number> {
  const faults = new Map<number, number>();
  for (let row = 0; row * width < expected.length; row++) {
    for (let at = row * width; at < (row + 1) * width; at++) {
      const [x, y] = [expected[at] as number, actual[at] as number];
      // NaN on either side is for the check of finite numbers.
      if (x === y || !(Math.abs(x - y) > tolerance(x, row))) continue;
      faults.set(row, at);
      break;
    }
  }
  return faults;
}

function norm(values: Float32Array): number {
  return Math.sqrt(values.reduce((sum, value) => sum + value * value, 0));
}

function digits(value: number): string {
  return String(Number(value.toPrecision(8)));
}
