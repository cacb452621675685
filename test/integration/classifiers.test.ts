import { writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  classifyByCentroids,
  classifyByLogisticRegression,
  classifyByNeighbours,
  fitCentroids,
  fitLogisticRegression,
  nearDuplicates,
  reproducibleMatrix,
} from "@pomona/stats";
import { describe, expect, test } from "vitest";
import { pythonHas, runPython } from "../support/python.ts";
import { makeScratch } from "../support/scratch.ts";

/** Rows around a point each class, classes overlapping. */
const [classes, dimension, n, queries] = [7, 24, 420, 200];
const noise = { factors: 4, noise: 900, constantColumns: [], columns: dimension };
const points = reproducibleMatrix({ ...noise, rows: classes, seed: 21 });
const place = (rows: number, seed: number) =>
  reproducibleMatrix({ ...noise, rows, seed }).map(
    (x, at) => x / 12 + 0.02 * points[(Math.floor(at / dimension) % classes) * dimension + (at % dimension)],
  );
const rows = Float64Array.from(place(n, 22));
const asked = Float64Array.from(place(queries, 23));
const labels = Array.from({ length: n }, (_, i) => i % classes);

const program = `
import json, sys
import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.metrics.pairwise import cosine_similarity
from sklearn.neighbors import KNeighborsClassifier, NearestCentroid
folder, d, classes = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
x = np.fromfile(folder + "/rows.bin").reshape(-1, d)
q = np.fromfile(folder + "/queries.bin").reshape(-1, d)
y = np.arange(len(x)) % classes
knn = KNeighborsClassifier(algorithm="brute").fit(x, y)
distances, indices = knn.kneighbors(q)
centroid = NearestCentroid().fit(x, y)
logistic = LogisticRegression(tol=1e-10, max_iter=5000).fit(x / 50, y)
cosine = cosine_similarity(x)
first, second = np.where(np.triu(cosine >= 0.9, 1))
print(json.dumps({
    "knn": knn.predict(q).tolist(), "votes": knn.predict_proba(q).ravel().tolist(),
    "centroid": centroid.predict(q).tolist(), "centroids": centroid.centroids_.ravel().tolist(),
    "logistic": logistic.predict(q / 50).tolist(), "probabilities": logistic.predict_proba(q / 50).ravel().tolist(),
    "duplicates": [[int(a), int(b)] for a, b in zip(first, second)],
}))
`;

describe.skipIf(!pythonHas("sklearn"))("classifiers are scikit-learn's", () => {
  const theirs = async () => {
    const folder = await makeScratch("classifiers");
    writeFileSync(join(folder, "rows.bin"), Buffer.from(rows.buffer));
    writeFileSync(join(folder, "queries.bin"), Buffer.from(asked.buffer));
    return runPython<Record<string, number[]> & { duplicates: [number, number][] }>(
      program,
      folder,
      String(dimension),
      String(classes),
    );
  };
  const largest = (a: ArrayLike<number>, b: ArrayLike<number>) =>
    Math.max(...Array.from(a, (value, i) => Math.abs(value - b[i])));

  test("k nearest neighbours, nearest centroid, logistic regression, cosine similarity", async () => {
    const sklearn = await theirs();
    const training = { rows, dimension, labels, classes };
    const knn = classifyByNeighbours({ reference: training, queries: asked });
    expect(Array.from(knn.labels)).toEqual(sklearn.knn);
    expect(largest(knn.probabilities, sklearn.votes)).toBeLessThan(1e-12);
    // The data must be hard enough to tell classifiers apart.
    expect(new Set(sklearn.votes).size).toBeGreaterThan(3);

    const model = fitCentroids(training);
    expect(largest(model.centroids, sklearn.centroids)).toBeLessThan(1e-9);
    expect(Array.from(classifyByCentroids(model, asked).labels)).toEqual(sklearn.centroid);

    const scaled = { ...training, rows: rows.map((x) => x / 50) };
    const logistic = await fitLogisticRegression(scaled, { gradientTolerance: 1e-9, maxIterations: 2000 });
    const found = classifyByLogisticRegression(
      logistic,
      asked.map((x) => x / 50),
    );
    expect(logistic.converged).toBe(true);
    expect(largest(found.probabilities, sklearn.probabilities)).toBeLessThan(1e-5);
    expect(Array.from(found.labels)).toEqual(sklearn.logistic);

    const { pairs } = nearDuplicates({ rows, dimension, similarity: 0.9 });
    expect(new Set(pairs.map(({ first, second }) => `${first},${second}`))).toEqual(
      new Set(sklearn.duplicates.map((pair) => pair.join())),
    );
    expect(pairs.length).toBeGreaterThan(100);
  });
});
