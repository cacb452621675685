import { describe, expect, it } from "vitest";
import { withClosers } from "../src/with-closers.ts";

describe("withClosers", () => {
  it("closes in reverse order after the work, and gives its result", async () => {
    const seen: string[] = [];
    const result = await withClosers(async (onClose) => {
      onClose(() => void seen.push("a"));
      onClose(async () => void seen.push("b"));
      seen.push("work");
      return 7;
    });
    expect(result).toBe(7);
    expect(seen).toEqual(["work", "b", "a"]);
  });

  it("closes everything though the work and a closer fail, and throws the first error", async () => {
    const seen: string[] = [];
    const failing = withClosers(async (onClose) => {
      onClose(() => void seen.push("a"));
      onClose(() => {
        throw new Error("closer");
      });
      throw new Error("work");
    });
    await expect(failing).rejects.toThrow("work");
    expect(seen).toEqual(["a"]);
  });

  it("throws the first closer's error where the work succeeded, undefined too", async () => {
    const failing = withClosers(async (onClose) => {
      onClose(() => Promise.reject(new Error("second")));
      onClose(() => Promise.reject(new Error("first")));
    });
    await expect(failing).rejects.toThrow("first");
    await expect(withClosers(() => Promise.reject(undefined))).rejects.toBeUndefined();
  });
});
