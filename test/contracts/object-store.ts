import { readFile } from "node:fs/promises";
import {
  ChangedObjectError,
  compareKeys,
  MissingObjectError,
  type ObjectStore,
  ObjectTooLargeError,
} from "@pomona/core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

/** What a store must bring to be tested. Each test works below a prefix of its own. */
export interface ObjectStoreHarness {
  readonly store: ObjectStore;
  /** Whether keys may hold bytes that are not UTF-8, as file names do. */
  readonly holdsUndecodableKeys: boolean;
  /** Objects that the paging test puts, over several pages of the store's own; default 2,500. */
  readonly manyObjects?: number;
  /** Keys that the server behind the store takes and then lists wrongly: its fault, not the store's. */
  readonly unlistable?: RegExp;
  close(): Promise<void>;
}

const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString();
const bytes = (content: string): Uint8Array => Buffer.from(content);

/** Runs the contract of {@link ObjectStore} against one implementation. */
export function objectStoreContract(name: string, makeHarness: () => Promise<ObjectStoreHarness>): void {
  describe(`${name} keeps the object store contract`, () => {
    let harness: ObjectStoreHarness;
    let store: ObjectStore;

    beforeAll(async () => {
      harness = await makeHarness();
      store = harness.store;
    });
    afterAll(() => harness.close());

    async function fill(keys: Iterable<string>): Promise<void> {
      const left = [...keys];
      const writers = Array.from({ length: 16 }, async () => {
        for (let key = left.pop(); key !== undefined; key = left.pop()) await store.put(key, bytes(key));
      });
      await Promise.all(writers);
    }

    async function keysOf(options: Parameters<ObjectStore["list"]>[0]): Promise<string[]> {
      const keys: string[] = [];
      for await (const entry of store.list(options)) keys.push(entry.key);
      return keys;
    }

    it("has a uri that ends in a slash", () => {
      expect(store.uri).toMatch(/^[a-z0-9]+:\/\/.*\/$/);
    });

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

      beforeAll(() => fill([...sorted].reverse()));

      it("goes in the byte order of the whole key", async () => {
        expect(await keysOf({ prefix: "order/" })).toEqual(sorted);
        expect([...sorted].sort((a, b) => Buffer.compare(bytes(a), bytes(b)))).toEqual(sorted);
      });

      it.each(["order/a", "order/a/", "order/a-", "order/a/x", "order/\u{1f34e}", "order/zzz", "orde"])(
        "keeps to the prefix %j",
        async (prefix) => {
          const keys = await keysOf({ prefix });
          expect(keys).toEqual(sorted.filter((key) => key.startsWith(prefix)));
        },
      );

      it.each(["", ...sorted, "order", "order/", "order/a", "order/a/", "order/a/x/", "order/a/zz", "order/zz", "zz"])(
        "goes on strictly after %j, whether it exists or not",
        async (after) => {
          const rest = sorted.filter((key) => compareKeys(key, after) > 0);
          expect(await keysOf({ prefix: "order/", after })).toEqual(rest);
          expect(await keysOf({ prefix: "order/a/", after })).toEqual(rest.filter((key) => key.startsWith("order/a/")));
        },
      );

      it("is empty where nothing has the prefix", async () => {
        expect(await keysOf({ prefix: "nothing/" })).toEqual([]);
      });

      it("goes over many keys in pages of any reader, each once", async () => {
        const keys = Array.from(
          { length: harness.manyObjects ?? 2500 },
          (_, i) => `pages/${i % 7}/${String(i).padStart(5, "0")}`,
        );
        await fill(keys);
        const expected = keys.sort(compareKeys);
        expect(await keysOf({ prefix: "pages/" })).toEqual(expected);

        const paged: string[] = [];
        for (let more = true; more; ) {
          more = false;
          let taken = 0;
          for await (const { key } of store.list({ prefix: "pages/", after: paged.at(-1) ?? "" })) {
            paged.push(key);
            more = ++taken === 333;
            if (more) break;
          }
        }
        expect(paged).toEqual(expected);
      });

      it("gives the entries that stat gives", async () => {
        for await (const entry of store.list({ prefix: "order/" })) {
          expect(entry).toEqual(await store.stat(entry.key));
        }
      });

      it("stops when the signal is aborted", async () => {
        const abort = new AbortController();
        const reading = (async () => {
          for await (const _ of store.list({ prefix: "order/", signal: abort.signal }))
            abort.abort(new Error("enough"));
        })();
        await expect(reading).rejects.toThrow("enough");
      });
    });

    describe("reading", () => {
      beforeAll(() => store.put("read/object", bytes("0123456789")));

      it("stats size and time", async () => {
        const entry = await store.stat("read/object");
        expect(entry).toMatchObject({ key: "read/object", size: 10 });
        expect(Number.isInteger(entry?.modifiedAt)).toBe(true);
        expect(Math.abs(Date.now() - (entry?.modifiedAt ?? 0))).toBeLessThan(60_000);
      });

      it("knows no entry for what is not there, nor for a prefix of keys", async () => {
        for (const key of ["read/nothing", "read", "read/object/below"]) expect(await store.stat(key)).toBeUndefined();
      });

      it("gets the whole object", async () => {
        expect(text(await store.get("read/object"))).toBe("0123456789");
      });

      it("names a file of this machine that holds the object, if there is one", async () => {
        const path = await store.localFile?.("read/object");
        if (path !== undefined) expect(text(await readFile(Buffer.from(path)))).toBe("0123456789");
        expect(path !== undefined).toBe(store.uri.startsWith("file://"));
        expect(await store.localFile?.("read/nothing")).toBeUndefined();
      });

      it.each([
        [0, 10, "0123456789"],
        [3, 5, "34"],
        [9, 10, "9"],
        [4, 4, ""],
        [8, 99, "89"],
        [10, 12, ""],
      ])("gets bytes %i to %i", async (start, end, content) => {
        expect(text(await store.get("read/object", { range: { start, end } }))).toBe(content);
      });

      it.each([
        [-1, 3],
        [5, 4],
        [0.5, 2],
      ])("refuses bytes %d to %d", async (start, end) => {
        await expect(store.get("read/object", { range: { start, end } })).rejects.toThrow(RangeError);
      });

      it("streams pieces that add up, of an object of several megabytes too", async () => {
        const big = Buffer.alloc(3 * 1024 * 1024 + 17, "pomona");
        await store.put("read/big", big);
        const pieces: Uint8Array[] = [];
        for await (const piece of store.stream("read/big")) pieces.push(piece);
        expect(pieces.length).toBeGreaterThan(1);
        expect(Buffer.concat(pieces).equals(big)).toBe(true);
        expect(Buffer.from(await store.get("read/big")).equals(big)).toBe(true);
      });

      it("reads an empty object", async () => {
        await store.put("read/empty", new Uint8Array());
        expect((await store.get("read/empty")).length).toBe(0);
        for await (const piece of store.stream("read/empty")) expect(piece.length).toBe(0);
      });

      it("gets what is as expected, refuses what is not", async () => {
        const entry = await store.stat("read/object");
        if (entry === undefined) throw new Error("the object is not there");
        const { size, modifiedAt } = entry;
        expect(text(await store.get("read/object", { expect: entry }))).toBe("0123456789");
        expect(text(await store.get("read/object", { expect: { size, modifiedAt } }))).toBe("0123456789");
        for (const other of [
          { size: size + 1, modifiedAt },
          { size, modifiedAt: modifiedAt - 1000 },
        ]) {
          await expect(store.get("read/object", { expect: other })).rejects.toThrow(ChangedObjectError);
        }
      });

      it("refuses an object replaced after it was listed", async () => {
        await store.put("read/replaced", bytes("old"));
        const listed = await store.stat("read/replaced");
        if (listed === undefined) throw new Error("the object is not there");
        await new Promise((resolve) => setTimeout(resolve, 5));
        await store.put("read/replaced", bytes("new"));
        await expect(store.get("read/replaced", { expect: listed })).rejects.toThrow(ChangedObjectError);
      });

      it("refuses more than maxBytes", async () => {
        expect((await store.get("read/object", { maxBytes: 10 })).length).toBe(10);
        await expect(store.get("read/object", { maxBytes: 9 })).rejects.toThrow(ObjectTooLargeError);
        expect((await store.get("read/object", { maxBytes: 2, range: { start: 3, end: 5 } })).length).toBe(2);
      });

      it.each(["read/nothing", "read/object/below", "read"])("finds no object %j", async (key) => {
        await expect(store.get(key)).rejects.toThrow(MissingObjectError);
        await expect(store.get(key, { expect: { size: 1, modifiedAt: 1 } })).rejects.toThrow(MissingObjectError);
        await expect(store.stream(key)[Symbol.asyncIterator]().next()).rejects.toThrow(MissingObjectError);
      });

      it("does not read for a signal already aborted", async () => {
        const signal = AbortSignal.abort(new Error("too late"));
        await expect(store.get("read/object", { signal })).rejects.toThrow("too late");
      });
    });

    describe("putIfAbsent", () => {
      it("creates once", async () => {
        expect(await store.putIfAbsent("absent/once", bytes("first"))).toBe("created");
        expect(await store.putIfAbsent("absent/once", bytes("second"))).toBe("exists");
        expect(text(await store.get("absent/once"))).toBe("first");
      });

      it("lets one of sixteen racers win, and keeps the winner's bytes", async () => {
        for (let round = 0; round < 10; round++) {
          const key = `absent/race-${round}/object`;
          const racers = Array.from({ length: 16 }, (_, i) => store.putIfAbsent(key, bytes(`racer ${i}`)));
          const answers = await Promise.all(racers);
          expect(answers.filter((answer) => answer === "created")).toHaveLength(1);
          expect(text(await store.get(key))).toBe(`racer ${answers.indexOf("created")}`);
        }
      });

      it("creates again what was deleted", async () => {
        await store.putIfAbsent("absent/again", bytes("1"));
        await store.delete(["absent/again"]);
        expect(await store.putIfAbsent("absent/again", bytes("2"))).toBe("created");
      });
    });

    describe("whole or nothing", () => {
      async function* failing(): AsyncGenerator<Uint8Array> {
        yield bytes("a part");
        throw new Error("the source broke");
      }

      it("leaves nothing of a body that fails, and throws what it threw", async () => {
        await expect(store.putIfAbsent("whole/new", failing())).rejects.toThrow("the source broke");
        await expect(store.put("whole/other", failing())).rejects.toThrow("the source broke");
        expect(await keysOf({ prefix: "whole/" })).toEqual([]);
        await store.put("whole/kept", bytes("kept"));
        await expect(store.put("whole/kept", failing())).rejects.toThrow("the source broke");
        expect(text(await store.get("whole/kept"))).toBe("kept");
        await store.delete(["whole/kept"]);
      });

      it.each(["put", "putIfAbsent"] as const)("shows no part of a slow %s", async (method) => {
        const key = `whole/slow-${method}`;
        const seen = new Set<number>();
        async function* slow(): AsyncGenerator<Uint8Array> {
          for (let i = 0; i < 20; i++) {
            yield Buffer.alloc(1000, i);
            await new Promise((resolve) => setTimeout(resolve, 2));
          }
        }
        let writing = true;
        const write = store[method](key, slow()).finally(() => {
          writing = false;
        });
        while (writing) {
          // A store in memory answers without ever letting timers run.
          await new Promise(setImmediate);
          for await (const entry of store.list({ prefix: "whole/" })) seen.add(entry.size);
          const bytesSeen = await store.get(key).catch((error: unknown) => {
            if (error instanceof MissingObjectError) return undefined;
            throw error;
          });
          if (bytesSeen !== undefined) seen.add(bytesSeen.length);
        }
        await write;
        seen.add((await store.get(key)).length);
        expect([...seen]).toEqual([20_000]);
        await store.delete([key]);
      });

      it("keeps the bytes that were given, whatever the caller does with the buffer", async () => {
        const buffer = Buffer.from("before");
        await store.put("whole/copy", buffer);
        buffer.fill("x");
        expect(text(await store.get("whole/copy"))).toBe("before");
        await store.delete(["whole/copy"]);
      });
    });

    describe("put, copy, delete", () => {
      it("replaces", async () => {
        await store.put("put/a", bytes("a long first version"));
        await store.put("put/a", bytes("second"));
        expect(text(await store.get("put/a"))).toBe("second");
      });

      it("shows the old or the new object, whole, while it is replaced", async () => {
        const versions = [Buffer.alloc(50_000, "a"), Buffer.alloc(70_000, "b")];
        await store.put("put/swap", versions[0]);
        let writing = true;
        const write = (async () => {
          for (let i = 1; i <= 20; i++) await store.put("put/swap", versions[i % 2]);
          writing = false;
        })();
        while (writing) {
          // A store in memory answers without ever letting timers run.
          await new Promise(setImmediate);
          const found = Buffer.from(await store.get("put/swap"));
          expect(versions.some((version) => version.equals(found))).toBe(true);
        }
        await write;
      });

      it("copies, over what is there too, and the copy stays when its source goes", async () => {
        await store.put("copy/from", bytes("content"));
        await store.put("copy/there", bytes("other"));
        await store.copy("copy/from", "copy/new/deep");
        await store.copy("copy/from", "copy/there");
        await store.copy("copy/from", "copy/there");
        await store.copy("copy/from", "copy/from");
        await store.put("copy/from", bytes("changed"));
        await store.delete(["copy/from"]);
        expect(text(await store.get("copy/new/deep"))).toBe("content");
        expect(text(await store.get("copy/there"))).toBe("content");
        expect(await keysOf({ prefix: "copy/" })).toEqual(["copy/new/deep", "copy/there"]);
      });

      it("cannot copy what is not there", async () => {
        await expect(store.copy("copy/nothing", "copy/x")).rejects.toThrow(MissingObjectError);
        expect(await store.stat("copy/x")).toBeUndefined();
      });

      it("deletes, and does not mind what is not there", async () => {
        const keys = Array.from({ length: 100 }, (_, i) => `delete/${i % 5}/${i}`);
        await fill([...keys, "delete/kept"]);
        await store.delete([...keys, "delete/nothing", "delete/kept/below", "delete", "no/such/folder"]);
        expect(await keysOf({ prefix: "delete/" })).toEqual(["delete/kept"]);
        await store.delete([]);
      });

      it("lets writers and deleters share a folder", async () => {
        for (let round = 0; round < 40; round++) {
          const key = `shared/${round % 3}/deep/object`;
          await store.put(key, bytes("x"));
          await Promise.all([store.delete([key]), store.put(`shared/${round % 3}/deep/kept-${round}`, bytes("y"))]);
          expect(await store.stat(`shared/${round % 3}/deep/kept-${round}`)).toBeDefined();
        }
      });
    });

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
        await fill(odd);
        for (const key of odd) expect(text(await store.get(key))).toBe(key);
        await store.delete(odd.filter((key) => harness.unlistable?.test(key)));
        const listable = odd.filter((key) => !harness.unlistable?.test(key));
        expect(await keysOf({ prefix: "odd/" })).toEqual([...listable].sort(compareKeys));
        for (const key of listable) expect(await keysOf({ prefix: key })).toEqual([key]);
        await store.copy("odd/new\nline", "odd/copy\nof line");
        await store.delete(odd);
        expect(await keysOf({ prefix: "odd/" })).toEqual(["odd/copy\nof line"]);
      });

      it("round-trips names that are not UTF-8, or refuses them", async () => {
        const keys = ["bytes/\udcff.jpg", "bytes/caf\udce9/x", "bytes/caf\udce9\u{1f34e}"];
        if (!harness.holdsUndecodableKeys) {
          for (const key of keys) {
            await expect(store.put(key, bytes("x"))).rejects.toThrow("cannot be the key of an object");
            await expect(store.get(key)).rejects.toThrow(MissingObjectError);
            expect(await store.stat(key)).toBeUndefined();
            expect(await keysOf({ prefix: key })).toEqual([]);
            expect(await keysOf({ prefix: "order/A", after: key })).toEqual(["order/A"]);
          }
          return;
        }
        await fill(keys);
        expect(await keysOf({ prefix: "bytes/" })).toEqual([...keys].sort(compareKeys));
        expect(await keysOf({ prefix: "bytes/", after: "bytes/caf\udce9/x" })).toEqual([keys[2], keys[0]]);
        expect(text(await store.get("bytes/\udcff.jpg"))).toBe(text(bytes("bytes/\udcff.jpg")));
        await store.delete(keys);
        expect(await keysOf({ prefix: "bytes/" })).toEqual([]);
      });

      it.each(["", "/a", "a//b", "a/", "a/../b", "..", "./a", "a\0b", "\ud83c", `${"x".repeat(256)}/y`])(
        "refuses to write %j",
        async (key) => {
          await expect(store.put(key, bytes("x"))).rejects.toThrow("cannot be the key of an object");
          await expect(store.putIfAbsent(key, bytes("x"))).rejects.toThrow("cannot be the key of an object");
        },
      );
    });
  });
}
