import { type Owner, PomonaError, runLayout } from "@pomona/core";
import { afterEach, describe, expect, test, vi } from "vitest";
import { drive, finished, keysOf, living, open, type Request, runAll, stage, stateOf } from "./scene.ts";

/** Of the same boot: here no process 1 with that start time lives. */
const buried: Owner = { ...living, pid: 2 ** 30 };
const elsewhere: Owner = { ...living, host: "elsewhere" };

afterEach(() => void vi.useRealTimers());

describe("a new output", () => {
  test("is opened by a new run, whose files are there before the log names it", async () => {
    const scene = await stage();
    const opened = await open(scene, { newRun: "r" });
    expect(opened).toMatchObject({ kind: "drive", epoch: 1, generation: 1, resumed: false, file: { run: "r" } });
    expect(await keysOf(scene.home)).toEqual(["runs/r.json"]);
    expect(await keysOf(scene.out)).toEqual([
      "_run/log/00000001.json",
      "_run/r/g1/request.json",
      "_run/r/run.json",
      "_run/r/settings.json",
    ]);
  });

  test("holds nothing where the check before it fails", async () => {
    const scene = await stage();
    const beforeBegin = async () => {
      throw new PomonaError("storage-unavailable", "no");
    };
    await expect(open(scene, { beforeBegin })).rejects.toMatchObject({ code: "storage-unavailable" });
    expect(await keysOf(scene.out)).toEqual([]);
    expect(await keysOf(scene.home)).toEqual([]);
  });

  test("that is somebody else's is refused, with --overwrite too, and stays as it is", async () => {
    const scene = await stage();
    await scene.out.put("parquet/theirs.parquet", Buffer.from("x"));
    await scene.out.put("_SUCCESS", Buffer.from(""));
    for (const overwrite of [false, true]) {
      await expect(open(scene, { overwrite })).rejects.toMatchObject({ code: "foreign-output", exitCode: 2 });
    }
    expect(await keysOf(scene.out)).toEqual(["_SUCCESS", "parquet/theirs.parquet"]);
  });

  test("with nothing but an unlogged run of a process that died is free", async () => {
    const scene = await stage();
    await scene.out.put(runLayout("dead").config, Buffer.from("{}"));
    expect(await open(scene)).toMatchObject({ kind: "drive", resumed: false });
  });

  test("opened twice at once is driven by one", async () => {
    const scene = await stage();
    const outcomes = await Promise.allSettled(
      Array.from({ length: 5 }, (_, i) => open(scene, { newRun: `r${i}`, owner: { ...living, pid: i } })),
    );
    const driving = outcomes.filter(({ status }) => status === "fulfilled");
    const refused = outcomes.filter(({ status }) => status === "rejected");
    expect(driving).toHaveLength(1);
    for (const outcome of refused) expect(outcome).toMatchObject({ reason: { code: "output-in-use" } });
    const [{ value }] = driving as PromiseFulfilledResult<Awaited<ReturnType<typeof open>>>[];
    expect((await stateOf(scene)).run).toBe(value.file.run);
  });
});

describe("a decision that another process was faster to make", () => {
  const late = { code: "output-in-use", message: "another process opened memory:/// at the same moment" };

  test.each([{}, { takeOver: true }])("to begin is withdrawn, with %j too", async (request) => {
    const scene = await stage();
    const beforeBegin = async () => void (await open(scene, { newRun: "first" }));
    await expect(open(scene, { ...request, newRun: "late", beforeBegin })).rejects.toMatchObject(late);
    expect(await stateOf(scene)).toMatchObject({ run: "first", epoch: 1 });
  });

  test("to delete is withdrawn before anything is deleted", async () => {
    const scene = await finished();
    const beforeBegin = async () => void (await open(scene, { config: { csv: "none" } }));
    await expect(open(scene, { overwrite: true, beforeBegin })).rejects.toMatchObject(late);
    expect(await keysOf(scene.out, "_SUCCESS")).toEqual(["_SUCCESS"]);
  });

  test("makes a deletion stop where another took it over", async () => {
    const scene = await finished();
    const remove = scene.out.delete.bind(scene.out);
    scene.out.delete = async (keys) => {
      scene.out.delete = remove;
      await remove(keys);
      await open(scene, { overwrite: true, takeOver: true, newRun: "second" });
    };
    await expect(open(scene, { overwrite: true, newRun: "first" })).rejects.toMatchObject({ code: "stood-down" });
    expect(await stateOf(scene)).toMatchObject({ run: "second", status: "running" });
    expect(await keysOf(scene.out, "_run/second/")).toHaveLength(3);
  });
});

describe("a finished output", () => {
  test("asked for the same is left alone", async () => {
    const scene = await finished();
    const before = await keysOf(scene.out);
    expect(await open(scene)).toMatchObject({ kind: "finished", success: { generation: 1 } });
    expect(await open(scene, { refit: true })).toMatchObject({ kind: "finished" });
    expect(await keysOf(scene.out)).toEqual(before);
  });

  test("is refused with other features or another input, naming what differs", async () => {
    const scene = await finished();
    await expect(open(scene, { config: { batchSize: 5 } })).rejects.toMatchObject({
      code: "features-differ",
      exitCode: 2,
      message: expect.stringContaining("--batch-size 4, now 5"),
      remedy: expect.stringContaining("--overwrite"),
    });
    const input = Object.assign(Object.create(scene.input), { uri: "memory:///other/" });
    await expect(open({ ...scene, input })).rejects.toThrow("input memory:///, now memory:///other/");
  });

  test("does not care where the weights lie", async () => {
    expect(await open(await finished(), { config: { weights: "elsewhere.h5" } })).toMatchObject({ kind: "finished" });
  });

  test("with another model needs --refit, which asks for the next generation", async () => {
    const scene = await finished();
    const config = { components: 3 };
    await expect(open(scene, { config })).rejects.toMatchObject({
      code: "model-differs",
      message: expect.stringContaining("--components 2, now 3"),
    });
    const opened = await open(scene, { config, refit: true });
    expect(opened).toMatchObject({ kind: "drive", generation: 2, resumed: true });
    expect(await stateOf(scene)).toMatchObject({ generation: 2, published: 1, status: "running" });
    await drive(scene, opened);
    expect(await open(scene, { config })).toMatchObject({ kind: "finished", success: { generation: 2 } });
  });

  test("keeps its result where a refit failed: the first command is a no-op again", async () => {
    const scene = await finished();
    const config = { components: 50 };
    await expect(runAll(scene, { config, refit: true })).rejects.toMatchObject({ code: "too-many-components" });
    expect(await stateOf(scene)).toMatchObject({ status: "failed", generation: 2 });
    expect(await open(scene)).toMatchObject({ kind: "finished", success: { generation: 1 } });
    await expect(open(scene, { config: { components: 3 } })).rejects.toThrow("--components 2, now 3");
    expect(await open(scene, { config: { csv: "none" } })).toMatchObject({ kind: "drive", generation: 1 });
    expect(await open(scene, { config: { components: 3 }, refit: true })).toMatchObject({ generation: 3 });
  });

  test("leaves out a generation that somebody asked for and never logged", async () => {
    const scene = await finished();
    const { run = "" } = await stateOf(scene);
    const key = runLayout(run).generation(2).request;
    await scene.out.put(key, Buffer.from("theirs"));
    expect(await open(scene, { config: { components: 3 }, refit: true })).toMatchObject({ generation: 3 });
    expect(Buffer.from(await scene.out.get(key)).toString()).toBe("theirs");
  });

  test("with another CSV is driven again in the same generation", async () => {
    const scene = await finished();
    expect(await open(scene, { config: { csv: "none" } })).toMatchObject({ kind: "drive", generation: 1 });
  });

  test("whose log is gone is refused, and may be overwritten", async () => {
    const scene = await finished();
    await scene.out.delete(await keysOf(scene.out, "_run/"));
    await expect(open(scene)).rejects.toMatchObject({ code: "foreign-output" });
    expect(await open(scene, { overwrite: true })).toMatchObject({ kind: "drive", resumed: false });
    expect(await keysOf(scene.out, "parquet/")).toEqual([]);
  });
});

describe("an unfinished output", () => {
  const begun = async (request: Request = {}) => {
    const scene = await stage();
    await open(scene, { newRun: "r", ...request });
    return scene;
  };

  test("of a dead process goes on under the next epoch, and is registered in this home", async () => {
    const scene = await begun({ owner: buried });
    await scene.home.delete(["runs/r.json"]);
    expect(await open(scene, { owner: living })).toMatchObject({ kind: "drive", epoch: 2, resumed: true });
    expect(await keysOf(scene.home)).toEqual(["runs/r.json"]);
  });

  test("of a living process is refused, naming it, unless taken over", async () => {
    const { identifyProcess } = await import("../src/process-identity.ts");
    const owner = await identifyProcess();
    const scene = await begun({ owner });
    await expect(open(scene, { owner })).rejects.toMatchObject({
      code: "output-in-use",
      message: expect.stringMatching(`process ${owner.pid} on ${owner.host} works on memory:/// since 20`),
      remedy: expect.stringContaining("--take-over"),
    });
    await expect(open(scene, { owner, overwrite: true })).rejects.toMatchObject({ code: "output-in-use" });
    expect(await open(scene, { owner, takeOver: true })).toMatchObject({ kind: "drive", epoch: 2 });
  });

  test("of a process elsewhere is refused until it was silent for two minutes", async () => {
    const scene = await begun({ owner: elsewhere });
    const at = (seconds: number) => ({ owner: living, now: () => new Date(Date.now() + seconds * 1000) });
    await expect(open(scene, at(60))).rejects.toMatchObject({ code: "output-in-use" });
    vi.useFakeTimers({ now: Date.now() + 100_000, toFake: ["Date"] });
    await scene.out.put(runLayout("r").telemetryMinute(1), Buffer.from("{}"));
    await expect(open(scene, at(60))).rejects.toMatchObject({ code: "output-in-use" });
    expect(await open(scene, at(125))).toMatchObject({ kind: "drive", epoch: 2 });
  });

  test("resumed twice at once is driven by one", async () => {
    const scene = await begun({ owner: buried });
    const outcomes = await Promise.allSettled([open(scene, { owner: living }), open(scene, { owner: living })]);
    expect(outcomes.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
  });

  test("that was interrupted is free at once, for other hosts too", async () => {
    const scene = await stage();
    const opened = await open(scene, { owner: elsewhere });
    const reason = new Error("stopped");
    await expect(drive(scene, opened, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    expect(await stateOf(scene)).toMatchObject({ status: "running", owner: undefined, failure: undefined });
    expect(await open(scene, { owner: living })).toMatchObject({ kind: "drive", epoch: 2, resumed: true });
  });

  test("that failed says why and is free at once", async () => {
    const scene = await stage({ badEvery: 2, count: 40 });
    const opened = await open(scene, { owner: elsewhere });
    const machine = { csv: "none", maxQuarantine: 0.1 } as const;
    await expect(drive(scene, opened, { machine })).rejects.toMatchObject({ code: "too-many-quarantined" });
    expect(await stateOf(scene)).toMatchObject({
      status: "failed",
      owner: undefined,
      failure: { code: "too-many-quarantined", exitCode: 3 },
    });
    expect(await open(scene, { owner: living })).toMatchObject({ kind: "drive", epoch: 2 });
  });
});
