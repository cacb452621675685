import { type LogEntry, RunLog } from "@pomona/core";
import { MemoryStore } from "@pomona/store";
import { describe, expect, test } from "vitest";
import { type Operation, operateRun } from "../src/operate-run.ts";

const at = "2026-01-01T12:00:00.000Z";
const run = "20260101-120000-aaaaaa";
const owner = { host: "h", bootId: "b", pid: 1, startTime: "1" };
const open: LogEntry = { kind: "open", at, run, epoch: 1, owner };
const failed: LogEntry = { kind: "failed", at, failure: { code: "c", message: "m", exitCode: 1 } };
const done: LogEntry = { kind: "done", at, generation: 1 };

async function logOf(...entries: LogEntry[]): Promise<RunLog> {
  const log = new RunLog(new MemoryStore());
  for (const entry of entries) await log.append(() => entry);
  return log;
}

const operate = (operation: Operation, log: RunLog) =>
  operateRun(operation, { log, run, by: "me", now: () => new Date(at) });

describe("what operators write into the log of a run", () => {
  test("a pause and its end, each once however often it is asked for", async () => {
    const log = await logOf(open);
    expect(await operate("pause", log)).toBe(true);
    expect(await operate("pause", log)).toBe(false);
    expect(await log.read()).toMatchObject({ paused: true, by: "me", at, entries: 2, owner });
    expect(await operate("resume", log)).toBe(true);
    expect(await operate("resume", log)).toBe(false);
    expect(await log.read()).toMatchObject({ paused: false, status: "running", entries: 3 });
  });

  test("a cancelled run can be retried: open for any coordinator, under a new epoch", async () => {
    const log = await logOf(open);
    expect(await operate("cancel", log)).toBe(true);
    expect(await operate("cancel", log)).toBe(false);
    expect(await log.read()).toMatchObject({ status: "cancelled", by: "me" });
    expect(await operate("retry", log)).toBe(true);
    expect(await operate("retry", log)).toBe(false);
    expect(await log.read()).toMatchObject({ status: "running", owner: undefined, epoch: 2, run });
  });

  test("a run that failed while it was paused is not paused any more when it is retried", async () => {
    const log = await logOf(open, { kind: "paused", at, by: "me" }, failed);
    expect(await operate("retry", log)).toBe(true);
    expect(await log.read()).toMatchObject({ status: "running", paused: false, failure: undefined });
  });

  test.each([
    ["pause", [open, failed], "run-ended", "failed"],
    ["resume", [open, done], "run-ended", "done"],
    ["cancel", [open, failed], "run-ended", "failed"],
    ["cancel", [open, { kind: "publishing", at, generation: 1 }], "run-publishing", "publishing"],
    ["retry", [open, done], "run-ended", "done"],
    ["cancel", [{ ...open, run: "other" }], "run-replaced", "other"],
    ["retry", [open, { kind: "deleting", at, epoch: 2, owner }, { kind: "deleted", at }], "run-replaced", "deleted"],
  ] as const)("%s is refused where it makes no sense", async (operation, entries, code, word) => {
    const log = await logOf(...(entries as readonly LogEntry[]));
    const { entries: before } = await log.read();
    await expect(operate(operation, log)).rejects.toMatchObject({ code, message: expect.stringContaining(word) });
    expect((await log.read()).entries).toBe(before);
  });
});
