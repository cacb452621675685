import { type Owner, RunLog } from "@pomona/core";
import { describe, expect, test } from "vitest";
import { keysOf, living, open, type Request, type Scene, stage, stateOf } from "./scene.ts";

const elsewhere: Owner = { ...living, host: "elsewhere" };

describe("a request that leaves the work to a coordinator", () => {
  const submit = (scene: Scene, request: Request = {}) => open(scene, { drives: false, ...request });

  test("opens a run that nobody owns", async () => {
    const scene = await stage();
    expect(await submit(scene)).toMatchObject({ kind: "drive" });
    expect(await stateOf(scene)).toMatchObject({ status: "running", owner: undefined });
  });

  test("follows the run that does the same, waiting or running, and registers it in its own home", async () => {
    const scene = await stage();
    await submit(scene, { newRun: "20260101-000000-waitng" });
    expect(await submit(scene)).toMatchObject({ kind: "running", file: { run: "20260101-000000-waitng" } });
    const driven = await stage();
    await open(driven, { newRun: "20260101-000000-drvn00", owner: living });
    const { entries } = await stateOf(driven);
    const other = { ...driven, home: (await stage()).home };
    expect(await submit(other, { owner: { ...living, pid: 2 } })).toMatchObject({ kind: "running" });
    expect((await stateOf(driven)).entries).toBe(entries);
    expect(await keysOf(other.home)).toEqual(["runs/20260101-000000-drvn00.json"]);
  });

  test("does not follow one that does something else", async () => {
    const scene = await stage();
    await open(scene, { owner: elsewhere });
    await expect(submit(scene, { config: { batchSize: 2 } })).rejects.toMatchObject({ code: "features-differ" });
    await expect(submit(scene, { refit: true, config: { components: 3 } })).rejects.toMatchObject({
      code: "output-in-use",
    });
    await expect(submit(scene, { overwrite: true })).rejects.toMatchObject({ code: "output-in-use" });
  });

  test("opens again what failed or was cancelled", async () => {
    const scene = await stage();
    await submit(scene, { newRun: "20260101-000000-again0" });
    await new RunLog(scene.out).append(() => ({ kind: "cancelled", at: "2026-01-01T12:00:00.000Z", by: "me" }));
    expect(await submit(scene)).toMatchObject({
      kind: "drive",
      resumed: true,
      file: { run: "20260101-000000-again0" },
    });
    expect(await stateOf(scene)).toMatchObject({ status: "running", owner: undefined });
  });
});
