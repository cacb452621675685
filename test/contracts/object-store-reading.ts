import { readFile } from "node:fs/promises";
import { ChangedObjectError, MissingObjectError, ObjectTooLargeError } from "@pomona/core";
import { beforeAll, describe, expect, it } from "vitest";
import { bytes, type StoreScene, text } from "./store-scene.ts";

/** Reading: whole objects, ranges, streams, and what is no longer what was listed. */
export function readingContract(scene: StoreScene): void {
  describe("reading", () => {
    beforeAll(() => scene.store.put("read/object", bytes("0123456789")));

    it("stats size and time", async () => {
      const entry = await scene.store.stat("read/object");
      expect(entry).toMatchObject({ key: "read/object", size: 10 });
      expect(Number.isInteger(entry?.modifiedAt)).toBe(true);
      expect(Math.abs(Date.now() - (entry?.modifiedAt ?? 0))).toBeLessThan(60_000);
    });

    it("knows no entry for what is not there, nor for a prefix of keys", async () => {
      for (const key of ["read/nothing", "read", "read/object/below"])
        expect(await scene.store.stat(key)).toBeUndefined();
    });

    it("gets the whole object", async () => {
      expect(text(await scene.store.get("read/object"))).toBe("0123456789");
    });

    it("names a file of this machine that holds the object, if there is one", async () => {
      const path = await scene.store.localFile?.("read/object");
      if (path !== undefined) expect(text(await readFile(Buffer.from(path)))).toBe("0123456789");
      expect(path !== undefined).toBe(scene.store.uri.startsWith("file://"));
      expect(await scene.store.localFile?.("read/nothing")).toBeUndefined();
    });

    it.each([
      [0, 10, "0123456789"],
      [3, 5, "34"],
      [9, 10, "9"],
      [4, 4, ""],
      [8, 99, "89"],
      [10, 12, ""],
    ])("gets bytes %i to %i", async (start, end, content) => {
      expect(text(await scene.store.get("read/object", { range: { start, end } }))).toBe(content);
    });

    it.each([
      [-1, 3],
      [5, 4],
      [0.5, 2],
    ])("refuses bytes %d to %d", async (start, end) => {
      await expect(scene.store.get("read/object", { range: { start, end } })).rejects.toThrow(RangeError);
    });

    it("streams pieces that add up, of an object of several megabytes too", async () => {
      const big = Buffer.alloc(3 * 1024 * 1024 + 17, "pomona");
      await scene.store.put("read/big", big);
      const pieces: Uint8Array[] = [];
      for await (const piece of scene.store.stream("read/big")) pieces.push(piece);
      expect(pieces.length).toBeGreaterThan(1);
      expect(Buffer.concat(pieces).equals(big)).toBe(true);
      expect(Buffer.from(await scene.store.get("read/big")).equals(big)).toBe(true);
    });

    it("reads an empty object", async () => {
      await scene.store.put("read/empty", new Uint8Array());
      expect((await scene.store.get("read/empty")).length).toBe(0);
      for await (const piece of scene.store.stream("read/empty")) expect(piece.length).toBe(0);
    });

    it("gets what is as expected, refuses what is not", async () => {
      const entry = await scene.store.stat("read/object");
      if (entry === undefined) throw new Error("the object is not there");
      const { size, modifiedAt } = entry;
      expect(text(await scene.store.get("read/object", { expect: entry }))).toBe("0123456789");
      expect(text(await scene.store.get("read/object", { expect: { size, modifiedAt } }))).toBe("0123456789");
      for (const other of [
        { size: size + 1, modifiedAt },
        { size, modifiedAt: modifiedAt - 1000 },
      ]) {
        await expect(scene.store.get("read/object", { expect: other })).rejects.toThrow(ChangedObjectError);
      }
    });

    it("refuses an object replaced after it was listed", async () => {
      await scene.store.put("read/replaced", bytes("old"));
      const listed = await scene.store.stat("read/replaced");
      if (listed === undefined) throw new Error("the object is not there");
      await new Promise((resolve) => setTimeout(resolve, 5));
      await scene.store.put("read/replaced", bytes("new"));
      await expect(scene.store.get("read/replaced", { expect: listed })).rejects.toThrow(ChangedObjectError);
    });

    it("refuses more than maxBytes", async () => {
      expect((await scene.store.get("read/object", { maxBytes: 10 })).length).toBe(10);
      await expect(scene.store.get("read/object", { maxBytes: 9 })).rejects.toThrow(ObjectTooLargeError);
      expect((await scene.store.get("read/object", { maxBytes: 2, range: { start: 3, end: 5 } })).length).toBe(2);
    });

    it.each(["read/nothing", "read/object/below", "read"])("finds no object %j", async (key) => {
      await expect(scene.store.get(key)).rejects.toThrow(MissingObjectError);
      await expect(scene.store.get(key, { expect: { size: 1, modifiedAt: 1 } })).rejects.toThrow(MissingObjectError);
      await expect(scene.store.stream(key)[Symbol.asyncIterator]().next()).rejects.toThrow(MissingObjectError);
    });

    it("does not read for a signal already aborted", async () => {
      const signal = AbortSignal.abort(new Error("too late"));
      await expect(scene.store.get("read/object", { signal })).rejects.toThrow("too late");
    });
  });
}
