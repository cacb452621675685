import { expect, test } from "vitest";
import { silent } from "../../src/log.ts";
import { AfterRuns, type EndedRun } from "../../src/roles/after-runs.ts";

const run = (id: string): EndedRun => ({ file: { run: id } }) as unknown as EndedRun;

test("work for a run is done once at a time, and again when it is asked for later", async () => {
  const begun: string[] = [];
  let free = (): void => {};
  const after = new AfterRuns({
    log: silent,
    trouble: "not done",
    work: ({ file }) => {
      begun.push(file.run);
      return new Promise((resolve) => {
        free = resolve;
      });
    },
  });
  const first = after.do(run("a"));
  const joined = after.do(run("a"));
  free();
  await Promise.all([first, joined]);
  const again = after.do(run("a"));
  free();
  await again;
  expect(begun).toEqual(["a", "a"]);
});

test("failed work is logged with the run, and is no failure of whoever asked for it", async () => {
  const warned: unknown[] = [];
  const log = { ...silent, warn: (about: object, text: string) => warned.push({ ...about, text }) };
  const after = new AfterRuns({ log, trouble: "not removed", work: () => Promise.reject(new Error("denied")) });
  await after.do(run("a"));
  expect(warned).toEqual([expect.objectContaining({ run: "a", text: "not removed: denied" })]);
});

test("closing stops what is under way, silently", async () => {
  const warned: string[] = [];
  const log = { ...silent, warn: (_: object, text: string) => void warned.push(text) };
  const after = new AfterRuns({
    log,
    trouble: "not removed",
    work: (_, signal) => new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason))),
  });
  void after.do(run("a"));
  await after.close();
  expect(warned).toEqual([]);
});
