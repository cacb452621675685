import { expect, test } from "vitest";
import { backTransform } from "../src/back-transform.ts";
import { tridiagonalise } from "../src/tridiagonalise.ts";
import { symmetric, uniform } from "./random-matrix.ts";

test("a vector comes out the same to the bit whether it goes alone or with others", () => {
  const d = 23;
  const reduced = tridiagonalise(symmetric(d), d);
  const together = uniform(7 * d);
  const alone = together.slice();
  backTransform(reduced, together, 7);
  for (let row = 0; row < 7; row++) backTransform(reduced, alone.subarray(row * d, (row + 1) * d), 1);
  expect(together).toEqual(alone);
});
