import { beforeEach, describe, expect, test } from "vitest";
import { PomonaError } from "../src/errors.ts";
import type { LogEntry } from "../src/log-entry.ts";
import type { ObjectStore } from "../src/object-store.ts";
import { RunLog } from "../src/run-log.ts";

const at = "2026-01-01T12:00:00.000Z";
const owner = { host: "h", bootId: "b", pid: 1, startTime: "1" };
const open = (run: string, epoch: number): LogEntry => ({ kind: "open", at, run, epoch, owner });

/** As much of a store as a log needs, with a pause before each answer so that two writers interleave. */
class LogObjects {
  readonly objects = new Map<string, Uint8Array>();
  lost = 0;

  async *list({ prefix = "", after = "" } = {}) {
    for (const key of [...this.objects.keys()].sort()) {
      if (key.startsWith(prefix) && key > after) yield { key, size: 0, modifiedAt: 0 };
    }
  }

  async get(key: string): Promise<Uint8Array> {
    await Promise.resolve();
    return this.objects.get(key) as Uint8Array;
  }

  async putIfAbsent(key: string, body: Uint8Array): Promise<"created" | "exists"> {
    await Promise.resolve();
    if (this.objects.has(key)) {
      this.lost += 1;
      return "exists";
    }
    this.objects.set(key, body);
    return "created";
  }
}

let objects: LogObjects;
let store: ObjectStore;
beforeEach(() => {
  objects = new LogObjects();
  store = objects as unknown as ObjectStore;
});

describe("the run log", () => {
  test("an output without a log is new", async () => {
    expect(await new RunLog(store).read()).toMatchObject({ entries: 0, status: "new", run: undefined, generation: 1 });
  });

  test("two racing writers lose no entry and never share an epoch", async () => {
    const writers = [new RunLog(store), new RunLog(store)];
    const epochs: number[] = [];
    await Promise.all(
      writers.map(async (log) => {
        for (let i = 0; i < 25; i++) {
          const state = await log.append((before) => open("r", before.epoch + 1));
          epochs.push(state.epoch);
        }
      }),
    );
    expect(objects.lost).toBeGreaterThan(0);
    expect(epochs.sort((a, b) => a - b)).toEqual(Array.from({ length: 50 }, (_, i) => i + 1));
    expect(await new RunLog(store).read()).toMatchObject({ entries: 50, epoch: 50 });
  });

  test("what a decision answers undefined to is not written", async () => {
    const log = new RunLog(store);
    expect((await log.append(() => undefined)).entries).toBe(0);
    expect(objects.objects.size).toBe(0);
  });

  test("a reader goes on from where it was", async () => {
    const [writer, reader] = [new RunLog(store), new RunLog(store)];
    await writer.append(() => open("r", 1));
    expect(await reader.read()).toMatchObject({ entries: 1, status: "running", owner });
    await writer.append(() => ({ kind: "publishing", at, generation: 1 }));
    expect(await reader.read()).toMatchObject({ entries: 2, status: "publishing", published: 1 });
    await writer.append(() => ({ kind: "done", at, generation: 1 }));
    expect(await reader.read()).toMatchObject({ entries: 3, status: "done", owner: undefined });
  });

  test("an entry of a newer version is refused, torn bytes too", async () => {
    await new RunLog(store).append(() => open("r", 1));
    for (const text of ['{"kind":"teleported"}', '{"kind":']) {
      objects.objects.set("_run/log/00000002.json", Buffer.from(text));
      const read = new RunLog(store).read();
      await expect(read).rejects.toThrow(PomonaError);
      await expect(read).rejects.toThrow("_run/log/00000002.json is no log entry");
    }
  });

  test("readers of the same log at the same time read each entry once", async () => {
    const writer = new RunLog(store);
    await writer.append(() => open("r", 1));
    await writer.append(() => ({ kind: "paused", at, by: "alice" }));
    const log = new RunLog(store);
    const [one, other] = await Promise.all([log.read(), log.read()]);
    expect([one, other]).toEqual([await writer.read(), await writer.read()]);
    expect(log.entries.map(({ kind }) => kind)).toEqual(["open", "paused"]);
    expect(writer.entries).toEqual(log.entries);
  });
});
