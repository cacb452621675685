import { expect, test } from "vitest";
import { principalAngle } from "../src/principal-angle.ts";

const space = (...rows: number[][]) => ({
  components: Float64Array.from(rows.flat()),
  k: rows.length,
  dimension: rows[0].length,
});

test("the angle between two planes, small or large, whatever spans them", () => {
  for (const angle of [1e-9, 0.3, Math.PI / 2]) {
    const tilted = space([0, Math.cos(angle), Math.sin(angle), 0], [1, 0, 0, 0]);
    const flat = space([Math.SQRT1_2, Math.SQRT1_2, 0, 0], [Math.SQRT1_2, -Math.SQRT1_2, 0, 0]);
    expect(principalAngle(flat, tilted)).toBeCloseTo(angle, 12);
    expect(principalAngle(tilted, flat)).toBeCloseTo(angle, 12);
  }
});

test("a line in a plane has none, and one out of it its own", () => {
  const plane = space([1, 0, 0], [0, 1, 0]);
  expect(principalAngle(space([0.6, 0.8, 0]), plane)).toBeCloseTo(0, 12);
  expect(principalAngle(plane, space([0.6, 0, 0.8]))).toBeCloseTo(Math.acos(0.6), 12);
  expect(() => principalAngle(plane, space([1, 0]))).toThrow("2 and 3");
});
