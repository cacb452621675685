import fc from "fast-check";
import { expect, test } from "vitest";
import { float32Text } from "../src/float32-text.ts";

test("is the shortest decimal", () => {
  const cases: [number, string][] = [
    [0, "0"],
    [0.1, "0.1"],
    [1 / 3, "0.33333334"],
    [16777216, "16777216"],
    [9.99999, "9.99999"],
    [3.4e38, "3.4e+38"],
  ];
  for (const [value, text] of cases) expect(float32Text(Math.fround(value))).toBe(text);
});

test("is read back as the same float32", () => {
  fc.assert(
    fc.property(fc.float({ noNaN: true, noDefaultInfinity: true }), (value) => {
      expect(Math.fround(Number(float32Text(value))) + 0).toBe(value + 0);
    }),
  );
});
