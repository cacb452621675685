import type { ComparableRow } from "./comparable-row.ts";
import type { ComparableTable } from "./comparable-table.ts";
import type { TableComparison, Tolerances } from "./comparison.ts";
import { judgeComparison } from "./judge-comparison.ts";
import { matchPaths, type PathMatch } from "./match-paths.ts";
import type { VectorColumn } from "./read-table.ts";
import { type ScoreDifference, ScoreDifferences } from "./score-difference.ts";
import { type VectorDifference, VectorDifferences } from "./vector-difference.ts";

export interface CompareOptions {
  readonly tolerances?: Partial<Tolerances>;
  /** Rows of `a` that are held at a time, with their vectors. @defaultValue 8192 */
  readonly chunkRows?: number;
}

const vectors: readonly VectorColumn[] = ["features", "scaledFeatures", "pcaFeatures"];

/**
 * Compares two tables row by row, whatever the order of their rows. Memory: the paths and labels of both, and the vectors
 * of `chunkRows` rows; `b` is read once for every chunk of `a`.
 */
export async function compareTables(
  a: ComparableTable,
  b: ComparableTable,
  { tolerances = {}, chunkRows = 8192 }: CompareOptions = {},
): Promise<TableComparison> {
  const match = await matchPaths(a, b);
  const found = await compareVectors(a, b, match, chunkRows);
  const { below, rows, labelChanges } = match;
  const comparison = { a: a.uri, b: b.uri, below, rows, labelChanges, ...found };
  const faults = judgeComparison(comparison, { features: 1e-4, angle: 1e-3, ...tolerances });
  return { ...comparison, same: faults.length === 0, faults };
}

interface VectorFindings {
  readonly features: VectorDifference | null;
  readonly scaledFeatures: VectorDifference | null;
  readonly pcaFeatures: ScoreDifference | null;
}

async function compareVectors(
  a: ComparableTable,
  b: ComparableTable,
  { keyOfA, keyOfB, rows }: PathMatch,
  chunkRows: number,
): Promise<VectorFindings> {
  const [features, scaled, scores] = [new VectorDifferences(), new VectorDifferences(), new ScoreDifferences()];
  const compare = (x: ComparableRow, y: ComparableRow): void => {
    const pair = (name: VectorColumn) => [x.vectors[name], y.vectors[name]] as const;
    const [[fa, fb], [sa, sb], [pa, pb]] = [pair("features"), pair("scaledFeatures"), pair("pcaFeatures")];
    if (fa && fb) features.add(x.path, fa, fb);
    if (sa && sb) scaled.add(x.path, sa, sb);
    if (pa && pb) scores.add(pa, pb);
  };
  const finishChunk = async (chunk: Map<string, ComparableRow>): Promise<void> => {
    for await (const row of b.rows(vectors)) {
      const other = chunk.get(keyOfB(row.path));
      if (other === undefined) continue;
      compare(other, row);
      chunk.delete(keyOfB(row.path));
    }
  };
  let chunk = new Map<string, ComparableRow>();
  if (rows.both > 0) {
    for await (const row of a.rows(vectors)) {
      chunk.set(keyOfA(row.path), row);
      if (chunk.size < chunkRows) continue;
      await finishChunk(chunk);
      chunk = new Map();
    }
    if (chunk.size > 0) await finishChunk(chunk);
  }
  const orNull = <T extends { readonly rows: number }>(found: T): T | null => (found.rows === 0 ? null : found);
  return {
    features: orNull(features.finish()),
    scaledFeatures: orNull(scaled.finish()),
    pcaFeatures: orNull(scores.finish()),
  };
}
