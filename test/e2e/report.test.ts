import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import type { ReportData } from "@pomona/report";
import { beforeAll, describe, expect, it } from "vitest";
import { copyPhotos } from "../support/copy-photos.ts";
import { photosFolder } from "../support/places.ts";
import { mustRun, runArguments } from "../support/pomona.ts";
import { pythonHas, runPython } from "../support/python.ts";
import { makeScratch } from "../support/scratch.ts";

/** What scikit-learn makes of the table; series are told by the names of these photos alone. */
const sklearn = `
import json, sys, numpy as np, pyarrow.parquet as parquet
from sklearn.decomposition import PCA
from sklearn.metrics import confusion_matrix
from sklearn.metrics.pairwise import cosine_similarity
from sklearn.model_selection import LeaveOneGroupOut, LeaveOneOut, cross_val_predict
from sklearn.neighbors import KNeighborsClassifier
from sklearn.preprocessing import StandardScaler
table = parquet.read_table(sys.argv[1])
rows = lambda name: np.array(table[name].to_pylist(), dtype=np.float64)
x, scores = rows("features"), rows("pcaFeatures")
labels = np.array(table["label"].to_pylist())
series = [path.rsplit("_", 1)[0] for path in table["path"].to_pylist()]
kept = x.std(axis=0) > 0
ratios = PCA(svd_solver="full").fit(StandardScaler().fit_transform(x[:, kept])).explained_variance_ratio_
needed = [int(np.searchsorted(ratios.cumsum(), share - 1e-12) + 1) for share in (0.8, 0.9, 0.95, 0.99)]
knn = KNeighborsClassifier(5)
alone = cross_val_predict(knn, scores, labels, cv=LeaveOneOut())
strangers = cross_val_predict(knn, scores, labels, groups=series, cv=LeaveOneGroupOut())
alike = np.triu(cosine_similarity(x) >= 0.98, 1)
norms = np.linalg.norm(x, axis=1)
median = np.median(norms)
print(json.dumps({"ratios": ratios.tolist(), "needed": needed,
  "accuracy": float((alone == labels).mean()), "confusion": confusion_matrix(labels, alone).tolist(),
  "strangers": float((strangers == labels).mean()), "strangersConfusion": confusion_matrix(labels, strangers).tolist(),
  "series": len(set(series)), "pairs": int(alike.sum()), "involved": int((alike.any(axis=0) | alike.any(axis=1)).sum()),
  "median": float(median), "mad": float(np.median(np.abs(norms - median))), "mean": float(norms.mean()),
  "constant": np.flatnonzero(~kept).tolist(), "zeroShare": float((x == 0).mean())}))`;

interface FromSklearn {
  readonly ratios: readonly number[];
  readonly needed: readonly number[];
  readonly accuracy: number;
  readonly confusion: readonly (readonly number[])[];
  readonly strangers: number;
  readonly strangersConfusion: readonly (readonly number[])[];
  readonly series: number;
  readonly pairs: number;
  readonly involved: number;
  readonly median: number;
  readonly mad: number;
  readonly mean: number;
  readonly constant: readonly number[];
  readonly zeroShare: number;
}

describe.skipIf(photosFolder === undefined)("the report of 300 photos", () => {
  let scratch = "";
  let out = "";
  const read = async (): Promise<ReportData> => JSON.parse(await readFile(join(out, "report.json"), "utf8"));

  beforeAll(async () => {
    scratch = await makeScratch("report");
    out = join(scratch, "out");
    const photos = join(scratch, "photos");
    await copyPhotos(photos, 300);
    await mustRun(runArguments(photos, out, "--components", "20", "--report", "full"), { scratch });
  });

  it.skipIf(!pythonHas("sklearn", "pyarrow"))(
    "has the figures that scikit-learn finds in the table",
    async () => {
      const { variance, neighbours, duplicates, norms, dimensions } = await read();
      const found = runPython<FromSklearn>(sklearn, join(out, "parquet"));
      const largest = found.ratios.reduce((most, ratio, i) => Math.max(most, Math.abs(ratio - variance.ratios[i])), 0);
      expect(largest).toBeLessThan(1e-9);
      expect(variance.needed.map(({ components }) => components)).toEqual(found.needed);
      expect(neighbours.accuracy).toBe(found.accuracy);
      expect(neighbours.confusion).toEqual(found.confusion);
      expect(neighbours.withoutSeries?.series).toBe(found.series);
      expect(neighbours.withoutSeries?.accuracy).toBe(found.strangers);
      expect(neighbours.withoutSeries?.confusion).toEqual(found.strangersConfusion);
      expect([duplicates.pairs, duplicates.involved]).toEqual([found.pairs, found.involved]);
      expect(norms.median).toBeCloseTo(found.median, 9);
      expect(norms.mad).toBeCloseTo(found.mad, 9);
      expect(norms.mean).toBeCloseTo(found.mean, 9);
      expect(dimensions.constant).toEqual(found.constant);
      expect(dimensions.zeroShare).toBeCloseTo(found.zeroShare, 12);
    },
    900_000,
  );

  it("has the comparison of the classifiers that are in the model", async () => {
    const { classifiers } = await read();
    const { best, rows, folds, results } = JSON.parse(await readFile(join(out, "model", "classifiers.json"), "utf8"));
    expect(classifiers).toMatchObject({ best, rows, folds, labels: 5, modelFrom: null, skipped: null });
    const accuracies = classifiers?.results.map(({ name, accuracy }) => [name, accuracy]);
    expect(accuracies).toEqual(["knn", "centroid", "logistic"].map((name) => [name, results[name].accuracy]));
    expect(await readFile(join(out, "report.html"), "utf8")).toContain("Which classifier to trust");
  });

  it("is remade alike, removed with the result that it speaks of, and left out where it is not wanted", async () => {
    const before = await readFile(join(out, "report.html"));
    await mustRun(["report", out, "--json"], { scratch });
    expect((await readFile(join(out, "report.html"))).equals(before)).toBe(true);
    expect((await readdir(join(out, "plots"))).sort()).toEqual(
      ["confusion", "labels", "map", "norms", "scree", "stages", "strangers"].flatMap((name) => [
        `${name}.png`,
        `${name}.svg`,
      ]),
    );
    await mustRun(runArguments(join(scratch, "photos"), out, "--components", "3", "--refit"), { scratch });
    await expect(stat(join(out, "report.html"))).rejects.toThrow("ENOENT");
    await expect(stat(join(out, "plots", "map.svg"))).rejects.toThrow("ENOENT");
  });
});
