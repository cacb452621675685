import { encodeJson, outputLayout, runLayout } from "@pomona/core";
import { MemoryStore } from "@pomona/store";
import { expect, test } from "vitest";
import { awaitReport } from "../../src/client/await-report.ts";

const run = "20240101-000000-aaaaaa";

async function wait(
  { report, images = 10, patienceMs = 40 }: { report?: "none"; images?: number; patienceMs?: number },
  meanwhile: (out: MemoryStore) => void = () => {},
  signal?: AbortSignal,
): Promise<string[]> {
  const out = new MemoryStore();
  const settings = { name: "pomona.run-settings", version: 1, csv: "none", maxQuarantine: 1, giveUpAfter: 1 };
  await out.put(runLayout(run).settings, encodeJson({ ...settings, ...(report && { report }) }));
  const notices: string[] = [];
  meanwhile(out);
  const books = { listed: images, featurized: images, quarantined: 0, missing: 0, duplicates: 0 };
  const onNotice = (notice: string): void => void notices.push(notice);
  await awaitReport({ out, success: { run, books }, onNotice, patienceMs, everyMs: 5, signal });
  return notices;
}

test("ends when the report is there, without a word", async () => {
  let isThere = false;
  const notices = await wait({ patienceMs: 10_000 }, (out) => {
    setTimeout(() => {
      isThere = true;
      void out.put(outputLayout.report, Buffer.from("<html>"));
    }, 30);
  });
  expect([notices, isThere]).toEqual([[], true]);
});

test("does not wait where none is wanted, and says so of one that a pool does not make", async () => {
  expect(await wait({ report: "none", patienceMs: 1e9 })).toEqual([]);
  expect(await wait({ images: 2_000_000, patienceMs: 1e9 })).toEqual([
    "A pool makes no report of more than 1,000,000 images: pomona report memory:/// makes it.",
  ]);
});

test("gives up after a while and says how to make it", async () => {
  expect(await wait({})).toEqual([expect.stringContaining("pomona report memory:/// makes it")]);
});

test("ends when nobody waits any more", async () => {
  expect(await wait({ patienceMs: 1e9 }, () => {}, AbortSignal.timeout(30))).toEqual([]);
});
