import type { Batch, RunProgress } from "@pomona/core";
import { describe, expect, test } from "vitest";
import { RunLedger } from "../src/run-ledger.ts";
import { image } from "./scene.ts";

function ledgerWith(...stored: number[]) {
  const told: RunProgress[] = [];
  const ledger = new RunLedger({ stored: new Set(stored), onProgress: (progress) => told.push(progress) });
  const list = (ordinal: number, images: number): void => {
    const batch: Batch = {
      name: "pomona.batch",
      version: 1,
      run: "r",
      ordinal,
      listedBefore: 0,
      after: null,
      last: null,
      end: images === 0,
      images: Array.from({ length: images }, (_, i) => image(`${i}`)),
    };
    ledger.batchListed(batch);
  };
  return { ledger, told, list };
}

describe("RunLedger", () => {
  test("counts stored batches as resumed and the others as they are done", () => {
    const { ledger, told, list } = ledgerWith(0);
    ledger.enter("featurizing");
    list(0, 4);
    list(1, 3);
    expect(told.at(-1)).toMatchObject({ done: 4, total: undefined, listed: 7, resumed: 4 });
    list(2, 0);
    ledger.batchDone(1, { rows: 2, quarantined: 1, decoded: 3 });
    expect(told.at(-1)).toMatchObject({ done: 7, total: 7, listed: 7, resumed: 4, quarantined: 1 });
    expect(ledger).toMatchObject({ listingClosed: true, decoded: 3, imagesPerBatch: [4, 3] });
    expect(ledger.hasShard(1)).toBe(true);
  });

  test("forgets what it counted of lost shards, and the exact count with them", () => {
    const { ledger, list } = ledgerWith(0);
    list(0, 4);
    list(1, 3);
    list(2, 3);
    ledger.batchDone(1, { rows: 1, quarantined: 2, decoded: 3 });
    ledger.batchDone(2, { rows: 2, quarantined: 1, decoded: 3 });
    ledger.countQuarantined(6);
    ledger.keepShards(new Set([0, 2]));
    expect(ledger.quarantined).toBe(1);
    expect([0, 1, 2].map((batch) => ledger.hasShard(batch))).toEqual([true, false, true]);
  });

  test("counts the steps of a phase", () => {
    const { ledger, told } = ledgerWith();
    ledger.enter("projecting", 2);
    ledger.step();
    expect(told.at(-1)).toMatchObject({ phase: "projecting", done: 1, total: 2 });
    ledger.enter("publishing", 5);
    expect(told.at(-1)).toMatchObject({ phase: "publishing", done: 0, total: 5 });
  });
});
