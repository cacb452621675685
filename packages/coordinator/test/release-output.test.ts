import { RunLog } from "@pomona/core";
import { MemoryStore } from "@pomona/store";
import { afterEach, describe, expect, test, vi } from "vitest";
import { releaseOutput } from "../src/release-output.ts";
import { ownerOf } from "./scene.ts";

afterEach(() => void vi.useRealTimers());

const at = "2026-01-01T00:00:00.000Z";

async function opened() {
  const store = new MemoryStore();
  const log = new RunLog(store);
  await log.append(() => ({ kind: "open", at, run: "r", epoch: 1, owner: ownerOf("b") }));
  return { store, log };
}

describe("releasing an output", () => {
  test("tells of a failure that is no error of ours", async () => {
    const { log } = await opened();
    await releaseOutput({ log, epoch: 1, now: () => new Date(at), failure: new TypeError("x is no y") });
    expect(await log.read()).toMatchObject({
      status: "failed",
      owner: undefined,
      failure: { code: "internal", message: "x is no y", exitCode: 1 },
    });
  });

  test("of a later epoch does nothing", async () => {
    const { log } = await opened();
    await releaseOutput({ log, epoch: 0, now: () => new Date(at), failure: undefined });
    expect(await log.read()).toMatchObject({ entries: 1, owner: { pid: 1 } });
  });

  test("ends where the store fails or does not answer", async () => {
    const { store, log } = await opened();
    store.putIfAbsent = async () => {
      throw new Error("no");
    };
    const release = () => releaseOutput({ log, epoch: 1, now: () => new Date(at), failure: undefined });
    await release();
    store.putIfAbsent = () => new Promise(() => {});
    vi.useFakeTimers();
    const released = release();
    await vi.advanceTimersByTimeAsync(5_000);
    await released;
    expect(vi.getTimerCount()).toBe(0);
  });
});
