import { expect, test } from "vitest";
import { createTypescriptRowProducts } from "../src/row-products.ts";
import { shareRowProducts } from "../src/share-row-products.ts";
import { uniform } from "./random-matrix.ts";

const [n, d] = [7, 3];
const alone = createTypescriptRowProducts(uniform(n * d), d);

test("each member gets its own product, whatever the number of its classes", async () => {
  const members = shareRowProducts(alone, 3);
  const counts = [2, 1, 4];
  const weights = counts.map((classes, i) => uniform(classes * d, i + 2));
  const shared = await Promise.all(members.map((member, i) => member.withWeights(weights[i], counts[i])));
  for (const [i, product] of shared.entries()) expect(product).toEqual(await alone.withWeights(weights[i], counts[i]));
  const residuals = counts.map((classes, i) => uniform(n * classes, i + 5));
  const sums = await Promise.all(members.map((member, i) => member.withResiduals(residuals[i], counts[i])));
  for (const [i, sum] of sums.entries()) expect(sum).toEqual(await alone.withResiduals(residuals[i], counts[i]));
});

test("a member that is released keeps nobody waiting", async () => {
  const [first, second] = shareRowProducts(alone, 2);
  const weights = uniform(d, 9);
  const waiting = first.withWeights(weights, 1);
  await second.release();
  expect(await waiting).toEqual(await alone.withWeights(weights, 1));
});

test("members that are out of step are told so", async () => {
  const [first, second] = shareRowProducts(alone, 2);
  const both = [first.withWeights(uniform(d), 1), second.withResiduals(uniform(n), 1)];
  for (const each of await Promise.allSettled(both)) expect(each).toMatchObject({ status: "rejected" });
});
