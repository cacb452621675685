import { decodeSuccess, RunLog } from "@pomona/core";
import { describe, expect, test } from "vitest";
import { publishResult } from "../src/publish-result.ts";
import { RunLedger } from "../src/run-ledger.ts";
import { Stopwatch } from "../src/stopwatch.ts";
import { ownerOf, published, runAll, stage } from "./scene.ts";

/** A finished run, and what is needed to publish it again. */
async function finishedRun() {
  const scene = await stage({ count: 8 });
  await runAll(scene);
  const log = new RunLog(scene.out);
  const { epoch, run = "" } = await log.read();
  const ledger = new RunLedger({ stored: new Set(), onProgress: () => {} });
  const file = { run, input: "memory:///", pomona: "0.1.0" } as never;
  const batch = { name: "pomona.batch", version: 1, run, listedBefore: 0, after: null, last: null } as const;
  const images = Array.from({ length: 4 }, (_, i) => ({ key: `${i}`, label: "", size: 0, modifiedAt: 0 }));
  ledger.batchListed({ ...batch, ordinal: 0, end: false, images });
  ledger.batchListed({ ...batch, ordinal: 1, end: false, images });
  const publish = (more: { listed?: number; epoch?: number } = {}) =>
    publishResult({
      file,
      generation: 1,
      epoch,
      log,
      out: scene.out,
      csv: "compact",
      parts: 1,
      ledger,
      stopwatch: new Stopwatch(),
      now: () => new Date(),
      ...more,
    });
  const overtake = (kind: "open" = "open") =>
    new RunLog(scene.out).append((state) => {
      return { kind, at: new Date().toISOString(), run, epoch: state.epoch + 1, owner: ownerOf("other") };
    });
  return { scene, log, epoch, ledger, batch, images, publish, overtake };
}

describe("publishing a result", () => {
  test("again changes nothing but the times", async () => {
    const { scene, publish } = await finishedRun();
    const before = { files: await published(scene), success: decodeSuccess(await scene.out.get("_SUCCESS")) };
    const success = await publish();
    expect(await published(scene)).toEqual(before.files);
    expect(decodeSuccess(await scene.out.get("_SUCCESS"))).toEqual(success);
    const timeless = { finishedAt: "", seconds: {}, stages: {} };
    expect({ ...success, ...timeless }).toEqual({ ...before.success, ...timeless });
  });

  test("under an old epoch stands down before it touches anything", async () => {
    const { scene, publish, overtake, log } = await finishedRun();
    await overtake();
    const before = await log.read();
    await expect(publish()).rejects.toMatchObject({ code: "stood-down" });
    expect(await scene.out.stat("_SUCCESS")).toBeDefined();
    expect((await log.read()).entries).toBe(before.entries);
  });

  test("overtaken in the midst writes no _SUCCESS", async () => {
    const { scene, publish, overtake } = await finishedRun();
    const copy = scene.out.copy.bind(scene.out);
    scene.out.copy = async (from, to) => {
      await copy(from, to);
      if (to === "model/pca.json") await overtake();
    };
    await expect(publish()).rejects.toMatchObject({ code: "stood-down" });
    expect(await scene.out.stat("_SUCCESS")).toBeUndefined();
    expect((await new RunLog(scene.out).read()).status).toBe("running");
  });

  test("whose books do not balance is refused and the earlier result stays", async () => {
    const { scene, publish, ledger, batch, images } = await finishedRun();
    ledger.batchListed({ ...batch, ordinal: 2, end: false, images });
    await expect(publish()).rejects.toMatchObject({
      code: "books-do-not-balance",
      exitCode: 3,
      message: "12 listed, but 8 featurized + 0 quarantined",
    });
    expect(await scene.out.stat("_SUCCESS")).toBeDefined();
    expect((await new RunLog(scene.out).read()).status).toBe("done");
  });
});
