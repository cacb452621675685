import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { Budget } from "../src/budget.ts";

test("never spends more than the limit at once, and serves in order", async () => {
  const budget = new Budget(10);
  const order: number[] = [];
  let inUse = 0;
  let most = 0;
  const amounts = [4, 4, 4, 9, 1, 10, 2];
  await Promise.all(
    amounts.map((amount, i) =>
      budget.spend(amount, async () => {
        order.push(i);
        inUse += amount;
        most = Math.max(most, inUse);
        await sleep(5);
        inUse -= amount;
      }),
    ),
  );
  expect(most).toBeLessThanOrEqual(10);
  expect(order).toEqual([0, 1, 2, 3, 4, 5, 6]);
});

test("what is larger than the limit goes alone", async () => {
  const budget = new Budget(10);
  const log: string[] = [];
  await Promise.all([
    budget.spend(1, async () => void log.push("small")),
    budget.spend(50, async () => {
      log.push("large begins");
      await sleep(5);
      log.push("large ends");
    }),
    budget.spend(1, async () => void log.push("next")),
  ]);
  expect(log).toEqual(["small", "large begins", "large ends", "next"]);
});

test("work that fails gives back what it had", async () => {
  const budget = new Budget(1);
  await expect(budget.spend(1, () => Promise.reject(new Error("no")))).rejects.toThrow("no");
  expect(await budget.spend(1, async () => "yes")).toBe("yes");
});
