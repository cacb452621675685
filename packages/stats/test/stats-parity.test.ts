import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { compareWithStatsGoldens, type StatsGoldens } from "../src/stats-parity.ts";

const goldens: StatsGoldens = JSON.parse(
  readFileSync(new URL("../../report/goldens/stats.json", import.meta.url), "utf8"),
);

test("scaler, eigenvalues, explained variance and components are NumPy's and scikit-learn's to 1e-9", async () => {
  const findings = await compareWithStatsGoldens(goldens);
  // 5 quantities, 3 counts of components and 3 components for each of three matrices.
  expect(findings.length).toBe(33);
  expect(findings.filter(({ difference, limit }) => !(difference <= limit))).toEqual([]);
});

test("a difference is found, another version refused", async () => {
  const { small } = goldens.matrices;
  const shifted = Float64Array.from({ length: 16 }, () => 1);
  const mean = Buffer.from(shifted.buffer).toString("base64");
  const findings = await compareWithStatsGoldens({ ...goldens, matrices: { small: { ...small, mean } } });
  expect(findings.filter(({ difference, limit }) => difference > limit).map(({ quantity }) => quantity)).toEqual([
    "mean",
  ]);
  await expect(compareWithStatsGoldens({ ...goldens, version: 2 })).rejects.toThrow("version 1");
  const other = { ...small, seed: 99 };
  await expect(compareWithStatsGoldens({ ...goldens, matrices: { other } })).rejects.toThrow(
    "not made again to the bit",
  );
});
