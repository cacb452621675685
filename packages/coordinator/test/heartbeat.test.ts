import { newestTelemetry, type RunProgress } from "@pomona/core";
import { MemoryStore } from "@pomona/store";
import { describe, expect, test } from "vitest";
import { Heartbeat } from "../src/heartbeat.ts";
import { RunLedger } from "../src/run-ledger.ts";

const run = "20260101-120000-aaaaaa";
const progress: RunProgress = {
  phase: "featurizing",
  done: 12,
  total: undefined,
  listed: 16,
  quarantined: 2,
  pendingBatches: 1,
  resumed: 0,
};

/** A heart over a store, with a ledger in which these batches were done, so many images of each in quarantine. */
async function heartOf(out: MemoryStore, quarantinedOf: Readonly<Record<number, number>>, resumed = 0) {
  const heart = await Heartbeat.of({ out, run, generation: 2, now: () => new Date(Date.UTC(2026, 0, 1)) });
  const stored = new Set(Array.from({ length: resumed }, (_, batch) => batch));
  const ledger = new RunLedger({ stored, onProgress: (told) => heart.history.note(told) });
  for (let ordinal = 0; ordinal < 10; ordinal++) {
    const chain = { name: "pomona.batch", version: 1, run, listedBefore: 0, after: null, last: null } as const;
    ledger.batchListed({ ...chain, ordinal, end: false, images: [{ key: `${ordinal}`, label: "" }] });
  }
  for (const [batch, quarantined] of Object.entries(quarantinedOf)) {
    ledger.batchDone(Number(batch), { rows: 1, quarantined, decoded: 1 });
  }
  heart.start(ledger);
  return heart;
}

describe("what a heartbeat writes down", () => {
  test("is the progress that was told last, of its generation, and which batches have images in quarantine", async () => {
    const out = new MemoryStore();
    const heart = await heartOf(out, { 7: 1, 3: 0, 2: 2 });
    heart.history.note(progress);
    await heart.beat();
    heart.stop();
    expect(await newestTelemetry(out, run)).toMatchObject({ progress, generation: 2, quarantinedBatches: [2, 7] });
  });

  test("goes on with the batches that an earlier process named", async () => {
    const out = new MemoryStore();
    const earlier = await heartOf(out, { 1: 1 });
    await earlier.beat();
    earlier.stop();
    const heart = await heartOf(out, { 5: 1 }, 3);
    await heart.beat();
    heart.stop();
    expect((await newestTelemetry(out, run))?.quarantinedBatches).toEqual([1, 5]);
  });

  test("names none where an earlier process left shards and no word of them", async () => {
    const out = new MemoryStore();
    const heart = await heartOf(out, { 5: 1 }, 3);
    await heart.beat();
    heart.stop();
    expect(await newestTelemetry(out, run)).not.toHaveProperty("quarantinedBatches");
  });
});
