import { afterEach, expect, test } from "vitest";
import { InferencePool } from "../src/inference-pool.ts";
import { PoolKeeper } from "../src/pool-keeper.ts";

const childFile = new URL("./fixtures/scripted-child.mjs", import.meta.url);

let keeper = new PoolKeeper();
let made: string[] = [];

afterEach(async () => {
  await keeper.close();
  keeper = new PoolKeeper();
  made = [];
});

function use<T>(weights: string, work: (pool: InferencePool) => Promise<T>): Promise<T> {
  const create = () => {
    made.push(weights);
    return new InferencePool({ engine: "auto", network: { weights }, workers: 1, childFile });
  };
  return keeper.use(weights, create, work);
}

test("users of the same network share a pool, at the same time and later", async () => {
  const pools = await Promise.all([use("a", async (pool) => pool), use("a", async (pool) => pool)]);
  const later = await use("a", async (pool) => pool);
  expect(new Set([...pools, later]).size).toBe(1);
  expect(made).toEqual(["a"]);
});

test("another network waits for the users of the one before, and later ones wait behind it", async () => {
  let finish = () => {};
  const finished = new Promise<void>((resolve) => {
    finish = resolve;
  });
  const log: string[] = [];
  const first = use("a", async (pool) => {
    await finished;
    log.push("a");
    expect(pool.failure, "its pool lives").toBeUndefined();
    return pool;
  });
  const second = use("b", async () => log.push("b"));
  const third = use("a", async () => log.push("a again"));
  await new Promise(setImmediate);
  expect(made).toEqual(["a"]);
  finish();
  const pool = await first;
  await Promise.all([second, third]);
  expect(log).toEqual(["a", "b", "a again"]);
  expect(made).toEqual(["a", "b", "a"]);
  expect(pool.failure, "one pool at a time").toMatchObject({ code: "pool-closed" });
});

test("a pool that failed is made anew", async () => {
  await expect(use("fail", (pool) => pool.ready)).rejects.toMatchObject({ code: "engine-unavailable" });
  await expect(use("fail", (pool) => pool.ready)).rejects.toMatchObject({ code: "engine-unavailable" });
  expect(made).toEqual(["fail", "fail"]);
});

test("an idle pool rests until the next user; one in use goes on", async () => {
  const idle = await use("a", async (pool) => pool);
  await keeper.rest();
  expect(idle.failure).toMatchObject({ code: "pool-closed" });
  await use("a", async (pool) => {
    await keeper.rest();
    expect(pool.failure).toBeUndefined();
  });
  expect(made).toEqual(["a", "a"]);
});
