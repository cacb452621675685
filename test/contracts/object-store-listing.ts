import { compareKeys } from "@pomona/core";
import { beforeAll, describe, expect, it } from "vitest";
import { bytes, type StoreScene } from "./store-scene.ts";

/** Listing: the order of keys, prefixes, going on, pages. */
export function listContract(scene: StoreScene): void {
  describe("list", () => {
    const sorted = [
      "order/A",
      "order/a",
      "order/a!/x",
      "order/a-b/x",
      "order/a.jpg",
      "order/a/x",
      "order/a/x-y/z",
      "order/a/x/z",
      "order/a0",
      "order/b",
      "order/é",
      "order/\uff21",
      "order/\u{1f34e}",
      "order/\u{1f34e}/apple",
    ].filter((key) => key !== "order/a" && key !== "order/a/x" && key !== "order/\u{1f34e}");

    beforeAll(() => scene.fill([...sorted].reverse()));

    it("goes in the byte order of the whole key", async () => {
      expect(await scene.keysOf({ prefix: "order/" })).toEqual(sorted);
      expect([...sorted].sort((a, b) => Buffer.compare(bytes(a), bytes(b)))).toEqual(sorted);
    });

    it.each(["order/a", "order/a/", "order/a-", "order/a/x", "order/\u{1f34e}", "order/zzz", "orde"])(
      "keeps to the prefix %j",
      async (prefix) => {
        const keys = await scene.keysOf({ prefix });
        expect(keys).toEqual(sorted.filter((key) => key.startsWith(prefix)));
      },
    );

    it.each(["", ...sorted, "order", "order/", "order/a", "order/a/", "order/a/x/", "order/a/zz", "order/zz", "zz"])(
      "goes on strictly after %j, whether it exists or not",
      async (after) => {
        const rest = sorted.filter((key) => compareKeys(key, after) > 0);
        expect(await scene.keysOf({ prefix: "order/", after })).toEqual(rest);
        expect(await scene.keysOf({ prefix: "order/a/", after })).toEqual(
          rest.filter((key) => key.startsWith("order/a/")),
        );
      },
    );

    it("is empty where nothing has the prefix", async () => {
      expect(await scene.keysOf({ prefix: "nothing/" })).toEqual([]);
    });

    it("goes over many keys in pages of any reader, each once", async () => {
      const keys = Array.from(
        { length: scene.harness.manyObjects ?? 2500 },
        (_, i) => `pages/${i % 7}/${String(i).padStart(5, "0")}`,
      );
      await scene.fill(keys);
      const expected = keys.sort(compareKeys);
      expect(await scene.keysOf({ prefix: "pages/" })).toEqual(expected);

      const paged: string[] = [];
      for (let more = true; more; ) {
        more = false;
        let taken = 0;
        for await (const { key } of scene.store.list({ prefix: "pages/", after: paged.at(-1) ?? "" })) {
          paged.push(key);
          more = ++taken === 333;
          if (more) break;
        }
      }
      expect(paged).toEqual(expected);
    });

    it("gives the entries that stat gives", async () => {
      for await (const entry of scene.store.list({ prefix: "order/" })) {
        expect(entry).toEqual(await scene.store.stat(entry.key));
      }
    });

    it("stops when the signal is aborted", async () => {
      const abort = new AbortController();
      const reading = (async () => {
        for await (const _ of scene.store.list({ prefix: "order/", signal: abort.signal }))
          abort.abort(new Error("enough"));
      })();
      await expect(reading).rejects.toThrow("enough");
    });
  });
}
