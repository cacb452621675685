import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { operateRun } from "@pomona/coordinator";
import { type ConfigSource, RunLog, resolveConfig } from "@pomona/core";
import { FolderStore } from "@pomona/store";
import { describe, expect, test } from "vitest";
import { findRun } from "../../src/client/find-run.ts";
import { formatRuns, formatStatus } from "../../src/client/format-runs.ts";
import { listRuns } from "../../src/client/list-runs.ts";
import { readRunStatus } from "../../src/client/run-status.ts";
import { type SubmitOptions, submitRun } from "../../src/client/submit-run.ts";
import { scratchFolder } from "../scratch-folder.ts";

async function scene() {
  const cwd = await scratchFolder({
    "photos/a/1.jpg": "x",
    "photos/b/2.jpg": "x",
    "list.csv": "path,label\na/1.jpg,a\n",
  });
  const home = join(cwd, "home");
  const submit = (flags: ConfigSource = {}, more: Partial<SubmitOptions> = {}) =>
    submitRun({ input: "photos", out: "out", config: resolveConfig({ flags }), home, cwd, submittedBy: "me", ...more });
  const store = new FolderStore(home);
  const statusOf = async (run: string) => readRunStatus(await findRun(store, run, {}), undefined);
  return { cwd, home: store, submit, statusOf };
}

describe("submitting a run", () => {
  test("records it for whichever coordinator finds it", async () => {
    const { cwd, submit, statusOf } = await scene();
    const { run, outcome } = await submit({}, { notify: "https://hooks.example.org/x" });
    expect(outcome).toBe("submitted");
    expect(await statusOf(run)).toMatchObject({
      state: "waiting",
      input: `file://${cwd}/photos/`,
      out: `file://${cwd}/out/`,
      submittedBy: "me",
      owner: undefined,
      images: 0,
    });
    expect(await readFile(join(cwd, "out/_run", run, "settings.json"), "utf8")).toContain("hooks.example.org");
    expect(await submit()).toMatchObject({ run, outcome: "attached" });
  });

  test("names files so that processes elsewhere find them, and keeps no address of Redis", async () => {
    const { cwd, submit } = await scene();
    const { run } = await submit({ manifest: "list.csv", redis: "redis://:secret@host:1" });
    const text = await readFile(join(cwd, "out/_run", run, "run.json"), "utf8");
    expect(JSON.parse(text).features.manifest).toBe(join(cwd, "list.csv"));
    expect(text).not.toContain("secret");
  });

  test("tries input and output before anything is recorded", async () => {
    const { submit, home } = await scene();
    await expect(submit({ glob: "*.tiff" })).rejects.toMatchObject({ code: "no-images", exitCode: 2 });
    await expect(submit({}, { notify: "https://user:secret@host/" })).rejects.toMatchObject({
      code: "bad-option",
      message: expect.not.stringContaining("secret"),
    });
    await expect(submit({}, { notify: "ftp://host/" })).rejects.toMatchObject({ code: "bad-option" });
    expect(await listRuns({ home, s3: {}, last: 5 })).toEqual([]);
  });
});

describe("the runs of a home", () => {
  test("are listed newest first, with what became of each", async () => {
    const { cwd, home, submit } = await scene();
    const first = await submit();
    await operateRun("cancel", { log: new RunLog(first.out), run: first.run, by: "eve", now: () => new Date() });
    const second = await submit({}, { out: "other" });
    await operateRun("pause", { log: new RunLog(second.out), run: second.run, by: "eve", now: () => new Date() });
    const third = await submit({}, { out: "third" });
    await rm(join(cwd, "third"), { recursive: true });
    const runs = await listRuns({ home, s3: {}, last: 10 });
    const states = new Map(runs.map(({ run, state }) => [run, state]));
    // The output of the third is gone: nobody knows whether it was ever opened.
    expect(states).toEqual(
      new Map([
        [first.run, "cancelled"],
        [second.run, "paused"],
        [third.run, "opening"],
      ]),
    );
    expect(runs.map(({ run }) => run)).toEqual([...states.keys()].sort().reverse());
    expect(await listRuns({ home, s3: {}, last: 1 })).toHaveLength(1);
    const text = formatRuns(runs, new Date());
    expect(text.split("\n")).toHaveLength(5);
    expect(text).toContain(`${second.run}  paused`);
  });

  test("one that is unreadable does not hide the others", async () => {
    const { home, submit } = await scene();
    const { run } = await submit();
    await home.put("runs/20200101-000000-aaaaaa.json", Buffer.from("{}"));
    await home.put("runs/notes.txt", Buffer.from("x"));
    const runs = await listRuns({ home, s3: {}, last: 10 });
    expect(runs.map(({ state }) => state)).toEqual(["waiting", "unreadable"]);
    expect(runs[0].run).toBe(run);
    expect(formatRuns(runs, new Date())).toContain("unreadable");
  });

  test("are found by id, or named as unknown", async () => {
    const { home } = await scene();
    for (const id of ["20260101-000000-aaaaaa", "../../etc/passwd", ""]) {
      await expect(findRun(home, id, {})).rejects.toMatchObject({ code: "unknown-run", exitCode: 2 });
    }
  });

  test("are described for people", async () => {
    const { submit, statusOf } = await scene();
    const { run, out } = await submit();
    const failure = { code: "c", message: "it broke", remedy: "mend it", exitCode: 1 };
    await new RunLog(out).append(() => ({ kind: "failed", at: new Date().toISOString(), failure }));
    const status = await statusOf(run);
    expect(status).toMatchObject({ state: "failed", failure });
    const text = formatStatus(status, new Date(Date.parse(status.submittedAt) + 65_000));
    expect(text).toContain("submitted  by me, 1 min 5 s ago");
    expect(text).toContain("failure    it broke\n           mend it");
  });
});
