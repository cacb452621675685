import { decodeSuccess, type Job, PomonaError, RunLog, runLayout } from "@pomona/core";
import { describe, expect, test } from "vitest";
import { FakePool } from "./fake-pool.ts";
import { drive, keysOf, open, published, runAll, type Scene, sourceOf, stage } from "./scene.ts";

const successOf = async ({ out }: Scene) => decodeSuccess(await out.get("_SUCCESS"));
const machine = { csv: "none", maxQuarantine: 0.1 } as const;

/** A pool that does something else before it does a job. */
function poolWith(before: (job: Job) => Promise<void>) {
  return class extends FakePool {
    override async do(job: Job) {
      await before(job);
      return super.do(job);
    }
  };
}

describe("driving a run", () => {
  test("makes everything once and keeps the books", async () => {
    const scene = await stage({ count: 50, badEvery: 10 });
    const opened = await open(scene, { config: { partitions: 3 } });
    const { made, decoded, resumed } = await drive(scene, opened);
    expect({ decoded, resumed }).toEqual({ decoded: 50, resumed: 0 });
    expect(made).toEqual({ features: 13, moments: 1, fit: 1, project: 3, bundle: 1, csv: 3 });
    expect(await successOf(scene)).toMatchObject({
      books: { listed: 50, featurized: 45, quarantined: 5, missing: 0, duplicates: 0 },
      quarantinedByReason: { truncated: 5 },
      labels: { apple: 20, pear: 25 },
      parts: [{ key: "parquet/part-00000.parquet" }, {}, {}],
      csv: "compact",
      untrained: false,
      seconds: { featurizing: expect.any(Number), publishing: expect.any(Number), total: expect.any(Number) },
    });
    expect((await published(scene))["quarantine.csv"]).toContain(
      "memory:///apple/bad-0000.jpg,apple,decode,truncated,premature end\n",
    );
  });

  test("needs no right to delete anything, the first time", async () => {
    const scene = await stage({ count: 50, badEvery: 20 });
    scene.out.delete = async (keys) => {
      throw new Error(`denied: ${keys}`);
    };
    await runAll(scene);
    expect(await successOf(scene)).toMatchObject({ books: { listed: 50, quarantined: 3 } });
  });

  test("makes only what is missing", async () => {
    const scene = await stage({ count: 50 });
    const opened = await open(scene);
    await drive(scene, opened);
    if (opened.kind !== "drive") throw new Error();
    const names = runLayout(opened.file.run);
    await scene.out.delete([names.shard(3), names.generation(1).moments(0)]);
    const reopened = await open(scene, { config: { csv: "full" } });
    const again = await drive(scene, reopened, { machine: { csv: "full", maxQuarantine: 1 } });
    expect(again).toMatchObject({ decoded: 4, resumed: 46, made: { features: 1, moments: 1, csv: 1 } });
    expect(again.made).not.toHaveProperty("project");
  });

  test("interrupted, keeps what was done and goes on", async () => {
    const scene = await stage({ count: 60 });
    const stop = new AbortController();
    const reason = new Error("Ctrl-C");
    const opened = await open(scene);
    const Pool = poolWith(async (job) => {
      if (job.kind === "features" && job.batch === 5) stop.abort(reason);
    });
    const interrupted = drive(scene, opened, { pool: (...given) => new Pool(...given), signal: stop.signal });
    await expect(interrupted).rejects.toBe(reason);
    const { decoded, resumed } = await drive(scene, await open(scene));
    expect(decoded + resumed).toBe(60);
    expect(resumed).toBeGreaterThanOrEqual(6 * 4);
    expect((await successOf(scene))?.books).toMatchObject({ listed: 60, featurized: 60 });
  });

  test("makes lost shards again and goes on", async () => {
    const scene = await stage({ count: 80, badEvery: 4 });
    const opened = await open(scene);
    if (opened.kind !== "drive") throw new Error();
    const names = runLayout(opened.file.run);
    let lost = 0;
    const Pool = poolWith(async (job) => {
      if (job.kind !== "project" || lost++ > 0) return;
      await scene.out.delete([names.shard(0), names.shard(2)]);
    });
    // 20 of 80 are bad; counted twice, those in the lost shards would go beyond the limit.
    const pool = (...given: ConstructorParameters<typeof FakePool>) => new Pool(...given);
    const { success, made } = await drive(scene, opened, { pool, machine: { csv: "none", maxQuarantine: 0.25 } });
    expect(success.books).toEqual({ listed: 80, featurized: 60, quarantined: 20, missing: 0, duplicates: 0 });
    expect(made.features).toBe(20 + 2);
  });

  test("gives up on shards that keep getting lost", async () => {
    const scene = await stage();
    let moments = 0;
    const Pool = poolWith(async (job) => {
      if (job.kind !== "moments") return;
      moments += 1;
      await scene.out.delete([runLayout(job.run).shard(1)]);
    });
    await expect(drive(scene, await open(scene), { pool: (...given) => new Pool(...given) })).rejects.toMatchObject({
      code: "damaged-shard",
    });
    expect(moments).toBe(4);
    expect((await new RunLog(scene.out).read()).failure).toMatchObject({ code: "damaged-shard" });
  });

  test("beyond the quarantine limit fails, again when resumed, until the limit is raised", async () => {
    const scene = await stage({ count: 40, badEvery: 2 });
    const refusal = { code: "too-many-quarantined", exitCode: 3 };
    await expect(drive(scene, await open(scene), { machine })).rejects.toMatchObject(refusal);
    // Whatever was left undone the first time, the second call has every shard and decodes nothing more.
    await drive(scene, await open(scene), { machine }).catch(() => {});
    await expect(drive(scene, await open(scene), { machine })).rejects.toMatchObject(refusal);
    expect(await keysOf(scene.out, "parquet/")).toEqual([]);
    const { success, decoded } = await drive(scene, await open(scene), { machine: { ...machine, maxQuarantine: 0.5 } });
    expect(success.books.quarantined).toBe(20);
    expect(decoded).toBe(0);
  });

  test("asked for too many components says so before it reduces", async () => {
    const scene = await stage({ count: 10 });
    const running = runAll(scene, { config: { components: 10 } });
    await expect(running).rejects.toMatchObject({ code: "too-many-components", exitCode: 2 });
    expect((await keysOf(scene.out)).filter((key) => key.includes("moments"))).toEqual([]);
  });

  test("fails with what a listing throws", async () => {
    const scene = await stage();
    const opened = await open(scene);
    await expect(drive(scene, opened, { source: sourceOf(["b", "a"]) })).rejects.toMatchObject({
      code: "listing-disorder",
    });
  });

  test("fails with what a worker throws", async () => {
    const scene = await stage();
    const Pool = poolWith(async () => {
      throw new PomonaError("fingerprint-mismatch", "another engine");
    });
    await expect(drive(scene, await open(scene), { pool: (...given) => new Pool(...given) })).rejects.toMatchObject({
      code: "fingerprint-mismatch",
      exitCode: 2,
    });
  });

  test("after another process took over stands down and writes nothing more", async () => {
    const scene = await stage();
    const asleep = await open(scene);
    await runAll(scene);
    const before = await keysOf(scene.out);
    await expect(drive(scene, asleep)).rejects.toMatchObject({ code: "stood-down" });
    expect(await keysOf(scene.out)).toEqual(before);
    expect((await new RunLog(scene.out).read()).status).toBe("done");
  });

  test.each([
    { count: 30, phases: ["featurizing", "moments", "fitting", "projecting", "publishing"] },
    // More than are trained with while their table is written.
    { count: 5001, phases: ["featurizing", "moments", "fitting", "projecting", "training", "publishing"] },
  ])("tells how far it is with $count images, never backwards in a phase", async ({ count, phases }) => {
    const scene = await stage({ count });
    const seen: string[] = [];
    let done = 0;
    await drive(scene, await open(scene), {
      onProgress(progress) {
        if (seen.at(-1) === progress.phase) expect(progress.done).toBeGreaterThanOrEqual(done);
        else seen.push(progress.phase);
        done = progress.done;
      },
    });
    expect(seen).toEqual(phases);
  });
});
