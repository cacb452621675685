import { type Owner, outputLayout, RunLog } from "@pomona/core";
import { describe, expect, test } from "vitest";
import { drive, finished, keysOf, living, open, stateOf } from "./scene.ts";

/** Of the same boot: here no process 1 with that start time lives. */
const buried: Owner = { ...living, pid: 2 ** 30 };

describe("overwriting", () => {
  test("deletes what Pomona wrote and nothing else, and keeps the log", async () => {
    const scene = await finished();
    const theirs = ["notes.txt", "parquet.md", "result.csv.bak", "_SUCCESS_STORY"];
    for (const key of theirs) await scene.out.put(key, Buffer.from("theirs"));
    const entries = await keysOf(scene.out, outputLayout.log);
    const opened = await open(scene, { overwrite: true, newRun: "new" });
    expect(opened).toMatchObject({ kind: "drive", generation: 1, resumed: false });
    const keys = await keysOf(scene.out);
    expect(keys).toEqual(expect.arrayContaining([...theirs, ...entries]));
    const own = keys.filter((key) => !theirs.includes(key) && !key.startsWith(outputLayout.log));
    expect(own).toEqual(["_run/new/g1/request.json", "_run/new/run.json", "_run/new/settings.json"]);
  });

  test("goes on with an interrupted deletion without being asked again", async () => {
    const scene = await finished();
    const log = new RunLog(scene.out);
    const { epoch } = await log.read();
    const deleting = { kind: "deleting", at: new Date().toISOString(), epoch: epoch + 1, owner: buried } as const;
    await log.append(() => deleting);
    expect(await open(scene, { owner: living })).toMatchObject({ kind: "drive", resumed: false, epoch: epoch + 3 });
    expect(await keysOf(scene.out, "parquet/")).toEqual([]);
  });

  test("keeps others out while it deletes", async () => {
    const { identifyProcess } = await import("../src/process-identity.ts");
    const owner = await identifyProcess();
    const scene = await finished();
    const log = new RunLog(scene.out);
    const { epoch } = await log.read();
    await log.append(() => ({ kind: "deleting", at: new Date().toISOString(), epoch: epoch + 1, owner }));
    for (const overwrite of [false, true]) {
      await expect(open(scene, { owner, overwrite })).rejects.toMatchObject({ code: "output-in-use" });
    }
  });

  test("asked for twice at once deletes nothing of the run that begins", async () => {
    const scene = await finished();
    const outcomes = await Promise.allSettled([
      open(scene, { overwrite: true, newRun: "a", owner: { ...living, pid: 1 } }),
      open(scene, { overwrite: true, newRun: "b", owner: { ...living, pid: 2 } }),
    ]);
    const driving = outcomes.filter((outcome) => outcome.status === "fulfilled");
    expect(driving).toHaveLength(1);
    await drive(scene, driving[0].value);
    expect((await stateOf(scene)).status).toBe("done");
  });
});
