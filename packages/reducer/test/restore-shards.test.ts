import type { RestoreJob } from "@pomona/core";
import { expect, test } from "vitest";
import { computeMoments } from "../src/compute-moments.ts";
import { fitModel } from "../src/fit-model.ts";
import { projectPart } from "../src/project-part.ts";
import { restoreShards } from "../src/restore-shards.ts";
import { fitJob, momentsJob, projectJob } from "./jobs.ts";
import { run as id, writeSyntheticRun } from "./synthetic-run.ts";

const batches = [700, 1, 2, 900];

async function cleaned() {
  const run = await writeSyntheticRun({ batches, quarantined: ["0:3", "0:699", "2:0", "2:1", "3:7"] });
  await computeMoments(momentsJob({ to: 4 }), run.open);
  await fitModel(fitJob(), run.open);
  await projectPart(projectJob({ to: 4 }), run.open);
  const keys = batches.map((_, n) => run.layout.shard(n));
  const before = await Promise.all(keys.map((key) => run.out.get(key)));
  await run.out.delete(keys);
  return { ...run, keys, before };
}

const job = (more: Partial<RestoreJob> = {}): RestoreJob => ({
  ...{ kind: "restore", id: "j", run: id, priority: 0, generation: 1, part: 0, from: 0, to: 4 },
  ...more,
});

test("gives back the shards that were removed, to the byte", async () => {
  const { open, out, keys, before } = await cleaned();
  expect(await restoreShards(job(), open)).toEqual({ rows: 1603 - 5, quarantined: 0, decoded: 0 });
  expect(await Promise.all(keys.map((key) => out.get(key)))).toEqual(before);
});

test("makes nothing of a table that is not the one that was written", async () => {
  const { open, out, layout, keys } = await cleaned();
  const part = layout.generation(1).part(0);
  const bytes = Uint8Array.from(await out.get(part));
  bytes[2000] ^= 1;
  await out.put(part, bytes);
  await expect(restoreShards(job(), open)).rejects.toMatchObject({ code: "damaged-table" });
  expect(await out.stat(keys[0])).toBeUndefined();
});

test("refuses rows of other batches", async () => {
  const { open } = await cleaned();
  await expect(restoreShards(job({ from: 1 }), open)).rejects.toMatchObject({ code: "damaged-table" });
});
