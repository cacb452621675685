import { describe, expect, test } from "vitest";
import { fitScaler, scaleRows } from "../src/scaler.ts";
import { momentsOf } from "./moments-of.ts";
import { uniform } from "./random-matrix.ts";

const D = 3;
/** Column 1 is 0.1 throughout, which float32 does not hold exactly. */
const rows = Float32Array.from(uniform(60 * D), (x, at) => (at % D === 1 ? 0.1 : 5 * x + (at % D)));

describe("fitScaler", () => {
  test("mean and sample deviation as their definition has them", async () => {
    const scaler = fitScaler(await momentsOf(rows, D, { blockRows: 7 }));
    for (const j of [0, 2]) {
      const column = Array.from({ length: 60 }, (_, i) => rows[i * D + j]);
      const mean = column.reduce((a, b) => a + b, 0) / 60;
      const variance = column.reduce((sum, x) => sum + (x - mean) ** 2, 0) / 59;
      expect(scaler.mean[j]).toBeCloseTo(mean, 13);
      expect(scaler.std[j]).toBeCloseTo(Math.sqrt(variance), 13);
    }
    expect(scaler.count).toBe(60);
  });

  test("a constant column is found exactly and scaled to 0", async () => {
    const scaler = fitScaler(await momentsOf(rows, D, { blockRows: 7 }));
    expect(scaler.constantColumns).toEqual([1]);
    expect(scaler.mean[1]).toBe(Math.fround(0.1));
    const scaled = scaleRows(scaler, rows);
    for (let i = 0; i < 60; i++) expect(scaled[i * D + 1]).toBe(0);
  });

  test("a column that varies in its last bit is not constant", async () => {
    const almost = Float32Array.from({ length: 50 }, (_, i) => (i === 30 ? 1 + 2 ** -23 : 1));
    expect(fitScaler(await momentsOf(almost, 1)).constantColumns).toEqual([]);
  });

  test("one row: all constant", async () => {
    expect(fitScaler(await momentsOf(rows.slice(0, D), D)).constantColumns).toEqual([0, 1, 2]);
  });

  test.each([Number.NaN, Number.POSITIVE_INFINITY])("%d is an error that names the column", async (value) => {
    const broken = rows.slice();
    broken[2 + 7 * D] = value;
    const moments = await momentsOf(broken, D);
    expect(() => fitScaler(moments)).toThrow("column 2 of the features holds NaN or an infinity");
  });
});

describe("scaleRows", () => {
  test("gives mean 0 and deviation 1", async () => {
    const scaled = scaleRows(fitScaler(await momentsOf(rows, D)), rows);
    const again = fitScaler(await momentsOf(scaled, D));
    for (const j of [0, 2]) {
      expect(again.mean[j]).toBeCloseTo(0, 6);
      expect(again.std[j]).toBeCloseTo(1, 6);
    }
  });

  test("a row depends on itself alone", async () => {
    const scaler = fitScaler(await momentsOf(rows, D));
    expect(scaleRows(scaler, rows.slice(9 * D, 11 * D))).toEqual(scaleRows(scaler, rows).slice(9 * D, 11 * D));
    expect(() => scaleRows(scaler, new Float32Array(4))).toThrow("not whole rows of 3");
  });
});
