import { setTimeout as sleep } from "node:timers/promises";
import { PomonaError, StoreUnavailableError, UsageError } from "@pomona/core";
import { MemoryStore } from "@pomona/store";
import { expect, test } from "vitest";
import { silent } from "../../src/log.ts";
import { reachHome } from "../../src/roles/reach-home.ts";
import { Standing } from "../../src/roles/standing.ts";

function scene(failures: readonly unknown[]) {
  const left = [...failures];
  const standing = new Standing();
  const told: string[] = [];
  const stop = new AbortController();
  const at: number[] = [];
  const reached = reachHome({
    home: new MemoryStore(),
    standing,
    log: { ...silent, warn: (_, text) => told.push(text), info: (_, text) => told.push(text) },
    signal: stop.signal,
    firstRestMs: 20,
    longestRestMs: 100,
    async tryOnce() {
      at.push(performance.now());
      if (left.length > 0) throw left.shift();
    },
  });
  return { reached, standing, told, stop, at };
}

const unavailable = (isDenied: boolean): PomonaError =>
  new PomonaError("storage-unavailable", "cannot list memory:///: SlowDown", {
    cause: new StoreUnavailableError("list", "", "memory:///", new Error("SlowDown"), { isDenied }),
  });

test("waits for bad weather to pass, longer each time, and says so once", async () => {
  const { reached, standing, told, at } = scene(Array.from({ length: 6 }, () => unavailable(false)));
  await sleep(5);
  expect(standing.troubles).toEqual(["waits for its home: cannot list memory:///: SlowDown"]);
  expect(told).toEqual([expect.stringContaining("waiting for the home")]);
  await reached;
  expect(standing.troubles).toEqual([]);
  expect(told.slice(1)).toEqual(["the home answers"]);
  const rests = at.slice(1).map((time, i) => time - at[i]);
  expect(rests).toHaveLength(6);
  rests.forEach((rest, i) => {
    // Timers may be a millisecond early.
    expect(rest).toBeGreaterThanOrEqual(Math.min(100, 20 * 2 ** i) / 2 - 1);
  });
});

test.each([
  ["a refusal of these credentials", unavailable(true)],
  ["a bucket that is not there", new UsageError("no-such-bucket", "there is no bucket")],
])("does not wait for what does not pass: %s", async (_, error) => {
  const { reached, at } = scene([error]);
  await expect(reached).rejects.toBe(error);
  expect(at).toHaveLength(1);
});

test("stops waiting when it is told to", async () => {
  const { reached, stop } = scene([unavailable(false)]);
  setTimeout(() => stop.abort(), 1);
  await expect(reached).rejects.toMatchObject({ name: "AbortError" });
});
