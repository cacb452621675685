import { setTimeout as sleep } from "node:timers/promises";
import { type ObjectStore, RunLog } from "@pomona/core";
import { MemoryStore } from "@pomona/store";
import { afterEach, beforeAll, describe, expect, test } from "vitest";
import { driveSyntheticRun } from "../fixtures/driven-run.ts";
import { CountingStore, noCosts, type StoreCosts } from "../support/counting-store.ts";
import { type LocalDashboard, startLocalDashboard } from "../support/local-dashboard.ts";

const [few, many] = [300, 16_000];
/** So that there are more batches than a page of a listing has keys. */
const batchSize = 4;
const badEvery = 150;

interface Measured {
  readonly first: StoreCosts;
  readonly later: StoreCosts;
  readonly bytes: number;
}

let costs = noCosts();
const home = new CountingStore(new MemoryStore("memory:///home/"), () => costs);
const places = new Map<string, ObjectStore>();
/** By state and size. */
const runs = new Map<string, string>();
let dashboard: LocalDashboard | undefined;

beforeAll(async () => {
  for (const images of [few, many]) {
    runs.set(`done ${images}`, (await makeRun(`memory:///done-${images}/`, images)).run);
    runs.set(`failed ${images}`, (await makeRun(`memory:///failed-${images}/`, images, 0.6 * images)).run);
    // One that nobody tells of, though somebody drives it.
    const { run, out } = await makeRun(`memory:///running-${images}/`, images, 0.6 * images);
    const owner = { host: "elsewhere", bootId: "b", pid: 1, startTime: "1" };
    await new RunLog(out).append(() => ({ kind: "open", at: new Date().toISOString(), run, epoch: 2, owner }));
    runs.set(`running ${images}`, run);
  }
}, 240_000);

afterEach(async () => {
  await dashboard?.close();
});

async function makeRun(place: string, images: number, failsAt?: number) {
  const out = new CountingStore(new MemoryStore(place), () => costs);
  places.set(place, out);
  const options = { home, out, images, badEvery, batchSize };
  return { out, run: await driveSyntheticRun({ ...options, ...(failsAt !== undefined && { failsAt }) }) };
}

/** What a page asks of the store from a cold start, and again once what it showed is old. */
async function measure(path: string): Promise<Measured> {
  await dashboard?.close();
  dashboard = await startLocalDashboard(home, places);
  costs = noCosts();
  const { body } = await dashboard.get(path);
  // What goes on in the background of the page counts too.
  await sleep(300);
  const first = costs;
  await sleep(1000);
  costs = noCosts();
  await dashboard.get(path);
  await sleep(100);
  return { first, later: costs, bytes: body.length };
}

describe("what a page asks of the store", () => {
  test.each([
    ["done", ""],
    ["failed", ""],
    ["running", ""],
    ["done", "/quarantine"],
  ])(
    "does not depend on how many images a run has that is %s: /runs/<run>%s",
    async (state, page) => {
      const light = await measure(`/runs/${runs.get(`${state} ${few}`)}${page}`);
      const heavy = await measure(`/runs/${runs.get(`${state} ${many}`)}${page}`);
      expect(heavy.first.requests).toBe(light.first.requests);
      expect(heavy.later.requests).toBe(light.later.requests);
      expect(light.first.requests).toBeLessThanOrEqual(20);
      expect(light.later.requests).toBeLessThanOrEqual(2);
      expect(heavy.first.listedKeys).toBeLessThanOrEqual(light.first.listedKeys + 2);
      // Numbers have more digits, and there are up to 25 rows of a quarantine where there were two.
      const more = page === "" ? 1024 : 32 * 1024;
      expect(heavy.first.readBytes).toBeLessThanOrEqual(light.first.readBytes + 16 * 1024);
      expect(heavy.bytes).toBeLessThanOrEqual(light.bytes + more);
    },
    60_000,
  );

  test("grows with what is in quarantine, not with the images, where a run is not finished", async () => {
    const heavy = await measure(`/runs/${runs.get(`failed ${many}`)}/quarantine`);
    const bad = (0.6 * many) / badEvery;
    // Of each batch with a bad image: its size, its footer, its keys.
    expect(heavy.first.requests).toBeLessThanOrEqual(20 + 3 * (bad + 2));
    expect(heavy.first.listedKeys).toBeLessThanOrEqual(10);
  }, 60_000);

  test("costs the list of runs the same, however many images they have", async () => {
    const { first } = await measure("/");
    expect(first.requests).toBeLessThanOrEqual(2 + 8 * runs.size);
    expect(first.listedKeys).toBeLessThanOrEqual(10 * runs.size);
  }, 60_000);
});
