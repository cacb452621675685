import { compareKeys, MissingObjectError } from "@pomona/core";
import { describe, expect, it } from "vitest";
import { bytes, type StoreScene, text } from "./store-scene.ts";

/** Keys: odd names, bytes that are no UTF-8, and what is none. */
export function keysContract(scene: StoreScene): void {
  describe("keys", () => {
    const odd = [
      "odd/with space",
      'odd/it\'s "quoted"',
      "odd/new\nline",
      "odd/tab\tand\u0001",
      "odd/%2F%00%",
      "odd/back\\slash",
      "odd/a+b&c=d?e#f",
      "odd/<img onerror=alert(1)>",
      "odd/\u{1f34e}\u{1f468}‍\u{1f33e}",
      "odd/e\u0301-and-\u00e9",
      "odd/...",
      "odd/.hidden/_x",
      `odd/${"é".repeat(127)}`,
      "odd/trailing ",
      "odd/-rf *",
    ];

    it("round-trips odd names", async () => {
      await scene.fill(odd);
      for (const key of odd) expect(text(await scene.store.get(key))).toBe(key);
      await scene.store.delete(odd.filter((key) => scene.harness.unlistable?.test(key)));
      const listable = odd.filter((key) => !scene.harness.unlistable?.test(key));
      expect(await scene.keysOf({ prefix: "odd/" })).toEqual([...listable].sort(compareKeys));
      for (const key of listable) expect(await scene.keysOf({ prefix: key })).toEqual([key]);
      await scene.store.copy("odd/new\nline", "odd/copy\nof line");
      await scene.store.delete(odd);
      expect(await scene.keysOf({ prefix: "odd/" })).toEqual(["odd/copy\nof line"]);
    });

    it("round-trips names that are not UTF-8, or refuses them", async () => {
      const keys = ["bytes/\udcff.jpg", "bytes/caf\udce9/x", "bytes/caf\udce9\u{1f34e}"];
      if (!scene.harness.holdsUndecodableKeys) {
        for (const key of keys) {
          await expect(scene.store.put(key, bytes("x"))).rejects.toThrow("cannot be the key of an object");
          await expect(scene.store.get(key)).rejects.toThrow(MissingObjectError);
          expect(await scene.store.stat(key)).toBeUndefined();
          expect(await scene.keysOf({ prefix: key })).toEqual([]);
          expect(await scene.keysOf({ prefix: "order/A", after: key })).toEqual(["order/A"]);
        }
        return;
      }
      await scene.fill(keys);
      expect(await scene.keysOf({ prefix: "bytes/" })).toEqual([...keys].sort(compareKeys));
      expect(await scene.keysOf({ prefix: "bytes/", after: "bytes/caf\udce9/x" })).toEqual([keys[2], keys[0]]);
      expect(text(await scene.store.get("bytes/\udcff.jpg"))).toBe(text(bytes("bytes/\udcff.jpg")));
      await scene.store.delete(keys);
      expect(await scene.keysOf({ prefix: "bytes/" })).toEqual([]);
    });

    it.each(["", "/a", "a//b", "a/", "a/../b", "..", "./a", "a\0b", "\ud83c", `${"x".repeat(256)}/y`])(
      "refuses to write %j",
      async (key) => {
        await expect(scene.store.put(key, bytes("x"))).rejects.toThrow("cannot be the key of an object");
        await expect(scene.store.putIfAbsent(key, bytes("x"))).rejects.toThrow("cannot be the key of an object");
      },
    );
  });
}
