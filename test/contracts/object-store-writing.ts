import { MissingObjectError } from "@pomona/core";
import { describe, expect, it } from "vitest";
import { bytes, type StoreScene, text } from "./store-scene.ts";

/** Writing: once, whole or not at all; replacing, copying, deleting. */
export function writingContract(scene: StoreScene): void {
  describe("putIfAbsent", () => {
    it("creates once", async () => {
      expect(await scene.store.putIfAbsent("absent/once", bytes("first"))).toBe("created");
      expect(await scene.store.putIfAbsent("absent/once", bytes("second"))).toBe("exists");
      expect(text(await scene.store.get("absent/once"))).toBe("first");
    });

    it("lets one of sixteen racers win, and keeps the winner's bytes", async () => {
      for (let round = 0; round < 10; round++) {
        const key = `absent/race-${round}/object`;
        const racers = Array.from({ length: 16 }, (_, i) => scene.store.putIfAbsent(key, bytes(`racer ${i}`)));
        const answers = await Promise.all(racers);
        expect(answers.filter((answer) => answer === "created")).toHaveLength(1);
        expect(text(await scene.store.get(key))).toBe(`racer ${answers.indexOf("created")}`);
      }
    });

    it("creates again what was deleted", async () => {
      await scene.store.putIfAbsent("absent/again", bytes("1"));
      await scene.store.delete(["absent/again"]);
      expect(await scene.store.putIfAbsent("absent/again", bytes("2"))).toBe("created");
    });
  });

  describe("whole or nothing", () => {
    async function* failing(): AsyncGenerator<Uint8Array> {
      yield bytes("a part");
      throw new Error("the source broke");
    }

    it("leaves nothing of a body that fails, and throws what it threw", async () => {
      await expect(scene.store.putIfAbsent("whole/new", failing())).rejects.toThrow("the source broke");
      await expect(scene.store.put("whole/other", failing())).rejects.toThrow("the source broke");
      expect(await scene.keysOf({ prefix: "whole/" })).toEqual([]);
      await scene.store.put("whole/kept", bytes("kept"));
      await expect(scene.store.put("whole/kept", failing())).rejects.toThrow("the source broke");
      expect(text(await scene.store.get("whole/kept"))).toBe("kept");
      await scene.store.delete(["whole/kept"]);
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
      const write = scene.store[method](key, slow()).finally(() => {
        writing = false;
      });
      while (writing) {
        // A store in memory answers without ever letting timers run.
        await new Promise(setImmediate);
        for await (const entry of scene.store.list({ prefix: "whole/" })) seen.add(entry.size);
        const bytesSeen = await scene.store.get(key).catch((error: unknown) => {
          if (error instanceof MissingObjectError) return undefined;
          throw error;
        });
        if (bytesSeen !== undefined) seen.add(bytesSeen.length);
      }
      await write;
      seen.add((await scene.store.get(key)).length);
      expect([...seen]).toEqual([20_000]);
      await scene.store.delete([key]);
    });

    it("keeps the bytes that were given, whatever the caller does with the buffer", async () => {
      const buffer = Buffer.from("before");
      await scene.store.put("whole/copy", buffer);
      buffer.fill("x");
      expect(text(await scene.store.get("whole/copy"))).toBe("before");
      await scene.store.delete(["whole/copy"]);
    });
  });

  describe("put, copy, delete", () => {
    it("replaces", async () => {
      await scene.store.put("put/a", bytes("a long first version"));
      await scene.store.put("put/a", bytes("second"));
      expect(text(await scene.store.get("put/a"))).toBe("second");
    });

    it("shows the old or the new object, whole, while it is replaced", async () => {
      const versions = [Buffer.alloc(50_000, "a"), Buffer.alloc(70_000, "b")];
      await scene.store.put("put/swap", versions[0]);
      let writing = true;
      const write = (async () => {
        for (let i = 1; i <= 20; i++) await scene.store.put("put/swap", versions[i % 2]);
        writing = false;
      })();
      while (writing) {
        // A store in memory answers without ever letting timers run.
        await new Promise(setImmediate);
        const found = Buffer.from(await scene.store.get("put/swap"));
        expect(versions.some((version) => version.equals(found))).toBe(true);
      }
      await write;
    });

    it("copies, over what is there too, and the copy stays when its source goes", async () => {
      await scene.store.put("copy/from", bytes("content"));
      await scene.store.put("copy/there", bytes("other"));
      await scene.store.copy("copy/from", "copy/new/deep");
      await scene.store.copy("copy/from", "copy/there");
      await scene.store.copy("copy/from", "copy/there");
      await scene.store.copy("copy/from", "copy/from");
      await scene.store.put("copy/from", bytes("changed"));
      await scene.store.delete(["copy/from"]);
      expect(text(await scene.store.get("copy/new/deep"))).toBe("content");
      expect(text(await scene.store.get("copy/there"))).toBe("content");
      expect(await scene.keysOf({ prefix: "copy/" })).toEqual(["copy/new/deep", "copy/there"]);
    });

    it("cannot copy what is not there", async () => {
      await expect(scene.store.copy("copy/nothing", "copy/x")).rejects.toThrow(MissingObjectError);
      expect(await scene.store.stat("copy/x")).toBeUndefined();
    });

    it("deletes, and does not mind what is not there", async () => {
      const keys = Array.from({ length: 100 }, (_, i) => `delete/${i % 5}/${i}`);
      await scene.fill([...keys, "delete/kept"]);
      await scene.store.delete([...keys, "delete/nothing", "delete/kept/below", "delete", "no/such/folder"]);
      expect(await scene.keysOf({ prefix: "delete/" })).toEqual(["delete/kept"]);
      await scene.store.delete([]);
    });

    it("lets writers and deleters share a folder", async () => {
      for (let round = 0; round < 40; round++) {
        const key = `shared/${round % 3}/deep/object`;
        await scene.store.put(key, bytes("x"));
        await Promise.all([
          scene.store.delete([key]),
          scene.store.put(`shared/${round % 3}/deep/kept-${round}`, bytes("y")),
        ]);
        expect(await scene.store.stat(`shared/${round % 3}/deep/kept-${round}`)).toBeDefined();
      }
    });
  });
}
