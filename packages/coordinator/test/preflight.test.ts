import { MissingObjectError, StoreUnavailableError } from "@pomona/core";
import { MemoryStore } from "@pomona/store";
import { afterEach, describe, expect, test, vi } from "vitest";
import { listedImages } from "../src/image-source.ts";
import { checkReachable, preflight } from "../src/preflight.ts";
import { keysOf } from "./scene.ts";

afterEach(() => void vi.useRealTimers());

async function stores() {
  const [input, out] = [new MemoryStore(), new MemoryStore()];
  await input.put("a/1.jpg", Buffer.from("x"));
  return { input, out };
}

function check({ input, out }: { input: MemoryStore; out: MemoryStore }): Promise<void> {
  const source = listedImages({ input, features: { glob: "**/*.jpg" } });
  return preflight({ input, out, source, describeSkipped: () => "; left out: 1 .txt" });
}

const forbidden = (operation: "get" | "put") => async (): Promise<never> => {
  throw new StoreUnavailableError(operation, "k", "memory:///", new Error("access denied"));
};

describe("preflight", () => {
  test("passes where everything works, and leaves nothing", async () => {
    const { input, out } = await stores();
    await check({ input, out });
    expect(await keysOf(out)).toEqual([]);
  });

  test("needs no right to delete where nothing is to be deleted", async () => {
    const both = await stores();
    Object.assign(both.out, { delete: forbidden("put") });
    const source = listedImages({ input: both.input, features: { glob: "**/*.jpg" } });
    await preflight({ ...both, source, describeSkipped: () => "", deletes: false });
  });

  test("refuses an output where two could create the same object", async () => {
    const both = await stores();
    both.out.putIfAbsent = async () => "created";
    await expect(check(both)).rejects.toMatchObject({ code: "no-conditional-writes" });
  });

  test("says what was left out of an input without images", async () => {
    const { out } = await stores();
    const input = new MemoryStore();
    await input.put("notes.txt", Buffer.from("x"));
    await expect(check({ input, out })).rejects.toMatchObject({
      code: "no-images",
      exitCode: 2,
      message: "no image of memory:/// matches; left out: 1 .txt",
    });
  });

  test.each([
    ["get", "input", "cannot read"],
    ["putIfAbsent", "out", "cannot write"],
    ["delete", "out", "cannot delete in"],
  ] as const)("names the place where %s fails", async (method, place, words) => {
    const both = await stores();
    Object.assign(both[place], { [method]: forbidden(method === "get" ? "get" : "put") });
    await expect(check(both)).rejects.toMatchObject({
      code: "storage-unavailable",
      message: expect.stringMatching(`^${words} memory:///: .*access denied`),
      remedy: expect.stringContaining("nothing was started"),
    });
  });

  test("lets an image pass that is gone: the run will quarantine it", async () => {
    const both = await stores();
    both.input.get = async (key) => {
      throw new MissingObjectError(key, both.input.uri);
    };
    await expect(check(both)).resolves.toBeUndefined();
  });

  test("gives up on a place that does not answer after ten seconds", async () => {
    const both = await stores();
    both.out.putIfAbsent = () => new Promise(() => {});
    vi.useFakeTimers();
    const failure = expect(check(both)).rejects.toThrow("cannot write memory:///: no answer for 10 s");
    await vi.advanceTimersByTimeAsync(10_000);
    await failure;
    expect(vi.getTimerCount()).toBe(0);
  });
});

test("checkReachable says at once that a place cannot be listed", async () => {
  const { out } = await stores();
  await checkReachable(out);
  out.list = () => {
    throw new StoreUnavailableError("list", "", "memory:///", new Error("access denied"));
  };
  await expect(checkReachable(out)).rejects.toMatchObject({
    code: "storage-unavailable",
    message: expect.stringContaining("access denied"),
  });
});
