import { type ObjectBody, StoreUnavailableError } from "@pomona/core";
import { MemoryStore } from "@pomona/store";
import { expect, test } from "vitest";
import { putStreamed } from "../src/put-streamed.ts";

/** Fails the first `failures` puts after it took a piece. */
class StormyStore extends MemoryStore {
  failures: number;
  constructor(failures: number) {
    super();
    this.failures = failures;
  }
  override async putIfAbsent(key: string, body: ObjectBody) {
    if (this.failures === 0 || body instanceof Uint8Array) return super.putIfAbsent(key, body);
    this.failures -= 1;
    for await (const _ of body) break;
    throw new StoreUnavailableError("put", key, this.uri, new Error("storm"));
  }
}

async function* makeBody() {
  yield Buffer.from("a");
  yield Buffer.from("b");
}

test("makes the body anew after bad weather", async () => {
  const store = new StormyStore(2);
  expect(await putStreamed(store, "k", { makeBody, giveUpAfterMs: 10_000 })).toBe("created");
  expect(Buffer.from(await store.get("k")).toString()).toBe("ab");
  expect(await putStreamed(store, "k", { makeBody, giveUpAfterMs: 0 })).toBe("exists");
});

test("gives up when patience is spent, and at once for any other error", async () => {
  const storm = putStreamed(new StormyStore(99), "k", { makeBody, giveUpAfterMs: 100 });
  await expect(storm).rejects.toMatchObject({ code: "storage-unavailable" });
  let made = 0;
  const broken = () => {
    made += 1;
    throw new TypeError("no body");
  };
  const failing = putStreamed(new MemoryStore(), "k", { makeBody: broken, giveUpAfterMs: 10_000 });
  await expect(failing).rejects.toThrow("no body");
  expect(made).toBe(1);
});

test("replaces only where it is told to", async () => {
  const store = new MemoryStore();
  await store.put("k", Buffer.from("old"));
  expect(await putStreamed(store, "k", { makeBody, giveUpAfterMs: 0, replace: true })).toBe("created");
  expect(Buffer.from(await store.get("k")).toString()).toBe("ab");
});
