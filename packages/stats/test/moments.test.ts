import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { addMoments, emptyMoments, mergeMoments } from "../src/moments.ts";
import { packedDiagonal } from "../src/packed-triangle.ts";
import { momentsOf } from "./moments-of.ts";
import { largestDifference, uniform } from "./random-matrix.ts";

const D = 5;
const rows = Float32Array.from(uniform(200 * D, 7), (x, at) => 10 * x + (at % D) * 100);

describe("mergeMoments", () => {
  test("any split into parts, merged in order, gives the moments of the whole", async () => {
    const whole = await momentsOf(rows, D);
    const scale = Math.max(...whole.comoment.map(Math.abs));
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 0, max: 200 }), { maxLength: 12 }), async (cuts) => {
        const ends = [...cuts].sort((a, b) => a - b).concat(200);
        let merged = emptyMoments(D);
        let start = 0;
        for (const end of ends) {
          merged = mergeMoments(merged, await momentsOf(rows.slice(start * D, end * D), D));
          start = end;
        }
        expect(merged.count).toBe(200);
        expect(largestDifference(merged.mean, whole.mean)).toBeLessThan(1e-12 * 500);
        expect(largestDifference(merged.comoment, whole.comoment)).toBeLessThan(1e-12 * scale);
      }),
      { numRuns: 50 },
    );
  });

  test("the order of rows makes no difference beyond rounding", async () => {
    const whole = await momentsOf(rows, D, { blockRows: 16 });
    await fc.assert(
      fc.asyncProperty(
        fc.shuffledSubarray(
          Array.from({ length: 200 }, (_, i) => i),
          { minLength: 200 },
        ),
        async (order) => {
          const shuffled = Float32Array.from(order.flatMap((i) => Array.from(rows.subarray(i * D, (i + 1) * D))));
          const moments = await momentsOf(shuffled, D, { blockRows: 16 });
          expect(largestDifference(moments.mean, whole.mean)).toBeLessThan(1e-12 * 500);
          expect(largestDifference(moments.comoment, whole.comoment)).toBeLessThan(1e-12 * whole.comoment[0]);
        },
      ),
      { numRuns: 30 },
    );
  });

  test("a constant column stays exactly constant through any merges", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.float({ noNaN: true, noDefaultInfinity: true, min: Math.fround(-1e30), max: Math.fround(1e30) }),
        fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 10 }),
        async (value, sizes) => {
          let merged = emptyMoments(2);
          for (const size of sizes) {
            const part = Float32Array.from({ length: 2 * size }, (_, at) => (at % 2 === 0 ? value : at));
            merged = mergeMoments(merged, await momentsOf(part, 2, { blockRows: 7 }));
          }
          expect(merged.mean[0]).toBe(value === 0 ? 0 : value);
          expect(packedDiagonal(merged.comoment, 2)[0]).toBe(0);
        },
      ),
    );
  });

  test("its arguments stay as they were; empty moments are neutral to the bit", async () => {
    const a = await momentsOf(rows.slice(0, 50 * D), D);
    const before = structuredClone(a);
    mergeMoments(a, await momentsOf(rows, D));
    expect(a).toEqual(before);
    expect(mergeMoments(a, emptyMoments(D))).toEqual(a);
    expect(mergeMoments(emptyMoments(D), a)).toEqual(a);
  });

  test("other dimensions are refused", () => {
    expect(() => mergeMoments(emptyMoments(3), emptyMoments(4))).toThrow("cannot merge dimension 3 with 4");
    expect(() => emptyMoments(0)).toThrow("positive integer");
  });
});

test("addMoments writes into the arrays of its first argument and gives what mergeMoments gives", async () => {
  const a = await momentsOf(rows.slice(0, 70 * D), D);
  const b = await momentsOf(rows.slice(70 * D), D);
  const merged = mergeMoments(a, b);
  const added = addMoments(a, b);
  expect(added).toEqual(merged);
  expect(added.comoment).toBe(a.comoment);
});
