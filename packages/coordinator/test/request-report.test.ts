import { decodeSuccess, encodeJson, outputLayout, RunLog } from "@pomona/core";
import { EmbeddedQueue } from "@pomona/queue";
import { expect, test } from "vitest";
import { requestReport } from "../src/request-report.ts";
import { FakePool } from "./fake-pool.ts";
import { runAll, type Scene, stage } from "./scene.ts";

async function request({ out }: Scene, { fails = false } = {}) {
  const queue = new EmbeddedQueue();
  const pool = new FakePool(queue, out);
  if (fails) pool.report = () => Promise.reject(new Error("out of memory"));
  const file = { run: (await new RunLog(out).read()).run } as Parameters<typeof requestReport>[0]["file"];
  try {
    const made = await requestReport({ file, out }, { queue });
    return { made, jobs: pool.made.report ?? 0 };
  } finally {
    await pool.close();
  }
}

const finished = async (config = {}): Promise<Scene> => {
  const scene = await stage();
  await runAll(scene, { config });
  return scene;
};

test("a reducer makes the report of a run that is done, once", async () => {
  const scene = await finished();
  expect(await request(scene)).toEqual({ made: true, jobs: 1 });
  expect(await scene.out.stat(outputLayout.report)).toBeDefined();
  expect(await request(scene)).toEqual({ made: false, jobs: 0 });
});

test("another generation has a report of its own", async () => {
  const scene = await finished();
  await request(scene);
  await runAll(scene, { refit: true, config: { components: 3 } });
  expect(await scene.out.stat(outputLayout.report)).toBeUndefined();
  expect(await request(scene)).toEqual({ made: true, jobs: 1 });
});

test("nobody makes one of a run that wants none, or that is not done, or ended long ago", async () => {
  expect(await request(await finished({ report: "none" }))).toEqual({ made: false, jobs: 0 });
  const cancelled = await finished();
  const at = new Date().toISOString();
  await new RunLog(cancelled.out).append(() => ({ kind: "cancelled", at, by: "me" }));
  expect(await request(cancelled)).toEqual({ made: false, jobs: 0 });
  const old = await finished();
  await new RunLog(old.out).append(() => ({ kind: "done", at: "2020-01-01T00:00:00.000Z", generation: 1 }));
  expect(await request(old)).toEqual({ made: false, jobs: 0 });
});

test("nor one of a table that a process would read for hours", async () => {
  const scene = await finished();
  const success = decodeSuccess(await scene.out.get(outputLayout.success));
  const books = { ...success?.books, featurized: 1_000_001 };
  await scene.out.put(outputLayout.success, encodeJson({ ...success, books }));
  expect(await request(scene)).toEqual({ made: false, jobs: 0 });
});

test("its failure is told, and the next request is another job", async () => {
  const scene = await finished();
  await expect(request(scene, { fails: true })).rejects.toThrow("out of memory");
  expect(await request(scene)).toEqual({ made: true, jobs: 1 });
});
