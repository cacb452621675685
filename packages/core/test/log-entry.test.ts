import { describe, expect, test } from "vitest";
import { emptyLog, foldEntry, type LogEntry } from "../src/log-entry.ts";

const at = "2026-01-01T12:00:00.000Z";
const owner = { host: "h", bootId: "b", pid: 1, startTime: "1" };
const fold = (...entries: LogEntry[]) => entries.reduce(foldEntry, emptyLog);
const open = (run: string, epoch: number): LogEntry => ({ kind: "open", at, run, epoch, owner });

describe("the state of an output", () => {
  test("a resume keeps the generation, another run starts at the first", () => {
    const before: LogEntry[] = [open("a", 1), { ...open("a", 2), generation: 3 } as LogEntry];
    expect(fold(...before, open("a", 3))).toMatchObject({ run: "a", epoch: 3, generation: 3, status: "running" });
    expect(fold(...before, open("b", 3))).toMatchObject({ run: "b", epoch: 3, generation: 1, published: 0 });
  });

  test("only the newest owner can close", () => {
    const opened = [open("a", 1), open("a", 2)];
    expect(fold(...opened, { kind: "closed", at, epoch: 1 }).owner).toEqual(owner);
    expect(fold(...opened, { kind: "closed", at, epoch: 2 }).owner).toBeUndefined();
  });

  test("a failure is kept until the next open", () => {
    const failure = { code: "c", message: "m", exitCode: 3 };
    const failed = fold(open("a", 1), { kind: "failed", at, failure });
    expect(failed).toMatchObject({ status: "failed", failure, owner: undefined });
    expect(foldEntry(failed, open("a", 2))).toMatchObject({ status: "running", failure: undefined });
  });

  test("a pause survives a resume of the same run and ends with 'resumed'", () => {
    const paused = fold(open("a", 1), { kind: "paused", at, by: "me" }, open("a", 2));
    expect(paused.paused).toBe(true);
    expect(foldEntry(paused, { kind: "resumed", at, by: "me" }).paused).toBe(false);
  });

  test("after a deletion the output is new, but epochs and entries go on", () => {
    const deleting = fold(open("a", 7), { kind: "deleting", at, epoch: 8, owner });
    expect(deleting).toMatchObject({ status: "deleting", run: "a", epoch: 8, owner, openedAt: at });
    const deleted = foldEntry(deleting, { kind: "deleted", at });
    expect(deleted).toEqual({ ...emptyLog, entries: 3, epoch: 8, at });
  });

  test("a cancelled run is cancelled, and it is known by whom", () => {
    expect(fold(open("a", 1), { kind: "cancelled", at, by: "me" })).toMatchObject({
      status: "cancelled",
      by: "me",
      at,
    });
  });

  test("a cleaned run stays so until its features are restored, or until another one", () => {
    const cleaned = fold(
      open("a", 1),
      { kind: "done", at, generation: 1 },
      { kind: "cleaned", at, by: "me", epoch: 2 },
    );
    expect(cleaned).toMatchObject({ status: "done", cleaned: true, epoch: 2 });
    expect(foldEntry(cleaned, open("a", 3)).cleaned).toBe(true);
    expect(foldEntry(cleaned, open("b", 3)).cleaned).toBe(false);
    expect(foldEntry(cleaned, { kind: "done", at, generation: 2 }).cleaned).toBe(false);
  });
});
