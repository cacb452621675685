import { commonFolder } from "./common-folder.ts";
import type { ComparableTable } from "./comparable-table.ts";
import type { TableComparison } from "./comparison.ts";
import { normalPath } from "./normal-path.ts";

const maxExamples = 10;

/** Which rows of two tables belong together. */
export interface PathMatch extends Pick<TableComparison, "below" | "rows" | "labelChanges"> {
  readonly keyOfA: (path: string) => string;
  readonly keyOfB: (path: string) => string;
}

/**
 * Rows belong together by their normalised paths; where the tables have none in common, by what follows the folder that
 * holds all of a table: the same images may lie elsewhere.
 */
export async function matchPaths(a: ComparableTable, b: ComparableTable): Promise<PathMatch> {
  const [labelsA, labelsB] = [await labelsByPath(a), await labelsByPath(b)];
  const shared = [...labelsA.labels.keys()].some((path) => labelsB.labels.has(path));
  const below = shared ? null : ([folderOf(labelsA), folderOf(labelsB)] as const);
  const keyIn =
    (folder: string) =>
    (path: string): string =>
      normalPath(path).slice(folder.length);
  const [keyOfA, keyOfB] = [keyIn(below?.[0] ?? ""), keyIn(below?.[1] ?? "")];
  const byKey = new Map(Array.from(labelsB.labels, ([path, label]) => [keyOfB(path), label]));
  const onlyA: string[] = [];
  const changes: TableComparison["labelChanges"]["examples"][number][] = [];
  let both = 0;
  for (const [path, label] of labelsA.labels) {
    const other = byKey.get(keyOfA(path));
    if (other === undefined) onlyA.push(path);
    else {
      both += 1;
      byKey.delete(keyOfA(path));
      if (other !== label) changes.push({ path, a: label, b: other });
    }
  }
  const onlyB = [...byKey.keys()].map((key) => (below?.[1] ?? "") + key);
  return {
    keyOfA,
    keyOfB,
    below: both > 0 ? below : null,
    rows: {
      a: labelsA.labels.size + labelsA.repeated,
      b: labelsB.labels.size + labelsB.repeated,
      both,
      onlyA: onlyA.slice(0, maxExamples),
      onlyB: onlyB.slice(0, maxExamples),
      onlyACount: onlyA.length,
      onlyBCount: onlyB.length,
      repeated: labelsA.repeated + labelsB.repeated,
    },
    labelChanges: { count: changes.length, examples: changes.slice(0, maxExamples) },
  };
}

interface Labels {
  readonly labels: Map<string, string>;
  readonly repeated: number;
}

async function labelsByPath(table: ComparableTable): Promise<Labels> {
  const labels = new Map<string, string>();
  let repeated = 0;
  for await (const { path, label } of table.rows([])) {
    if (labels.has(normalPath(path))) repeated += 1;
    labels.set(normalPath(path), label);
  }
  return { labels, repeated };
}

function folderOf({ labels }: Labels): string {
  return commonFolder([...labels.keys()]);
}
