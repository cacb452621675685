import fc from "fast-check";
import { expect, test } from "vitest";
import { float32Text } from "../src/float32-text.ts";

test("is the shortest decimal", () => {
  const cases: [number, string][] = [
    [0, "0"],
    [-0, "0"],
    [0.1, "0.1"],
    [-0.1, "-0.1"],
    [6, "6"],
    [1 / 3, "0.33333334"],
    [999999.9, "999999.9"],
    [16777216, "16777216"],
    [9.99999, "9.99999"],
    [1.25e-5, "0.0000125"],
    [1.25e-8, "1.25e-8"],
    [3.4e38, "3.4e+38"],
  ];
  for (const [value, text] of cases) expect(float32Text(Math.fround(value))).toBe(text);
});

const shortest = (value: number) => {
  const digits = [6, 7, 8, 9].find((n) => Math.fround(Number(value.toPrecision(n))) === value);
  return String(Number(value.toPrecision(digits)));
};

test("is read back as the same float32 and as short as rounding makes it", () => {
  const any = fc.float({ noNaN: true, noDefaultInfinity: true });
  const common = fc.float({ noNaN: true, min: -8, max: 8 });
  fc.assert(
    fc.property(fc.oneof(any, common), (value) => {
      expect(Math.fround(Number(float32Text(value))) + 0).toBe(value + 0);
      expect(float32Text(value).length).toBeLessThanOrEqual(shortest(value).length);
    }),
    { numRuns: 5000 },
  );
});
