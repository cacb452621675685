import { setTimeout as sleep } from "node:timers/promises";
import { type ObjectStore, RunLog } from "@pomona/core";
import { type Dashboard, type DashboardOptions, hashPassword, parseUsers, startDashboard } from "@pomona/dashboard";
import { MemoryStore } from "@pomona/store";
import { afterEach, beforeAll, describe, expect, test } from "vitest";
import { driveSyntheticRun } from "../fixtures/driven-run.ts";
import { CountingStore, noCosts, type StoreCosts } from "../support/counting-store.ts";
import { logInTo } from "../support/dashboard-client.ts";

const password = "correct horse battery";
const [few, many] = [300, 16_000];
/** So that there are more batches than a page of a listing has keys. */
const batchSize = 4;
const badEvery = 150;

interface Measured {
  readonly first: StoreCosts;
  readonly later: StoreCosts;
  readonly bytes: number;
}

const home = new MemoryStore();
const places = new Map<string, ObjectStore>();
/** By state and size. */
const runs = new Map<string, string>();
let costs = noCosts();
let users: DashboardOptions["users"];
let dashboard: Dashboard | undefined;

beforeAll(async () => {
  users = parseUsers(`alice:operator:${await hashPassword(password)}`, "the test");
  for (const images of [few, many]) {
    runs.set(`done ${images}`, await makeRun(images));
    runs.set(`failed ${images}`, await makeRun(images, 0.6));
    const running = await makeRun(images, 0.6);
    const owner = { host: "elsewhere", bootId: "b", pid: 1, startTime: "1" };
    const open = { kind: "open", at: new Date().toISOString(), run: running, epoch: 2, owner } as const;
    await new RunLog(places.get(placeOf(images, 3)) as ObjectStore).append(() => open);
    runs.set(`running ${images}`, running);
  }
}, 240_000);

afterEach(async () => {
  await dashboard?.close();
});

async function nobodyActs(): Promise<never> {
  throw new Error("nobody acts");
}

let made = 0;
const placeOf = (images: number, nth: number): string => `memory:///${images}-${nth}/`;

/** One that fails when this share of its images has features. */
async function makeRun(images: number, until = 1): Promise<string> {
  const place = placeOf(images, (made % 3) + 1);
  made += 1;
  const out = new Placed(new MemoryStore(), place);
  places.set(place, out);
  return driveSyntheticRun({
    home,
    out,
    images,
    badEvery,
    batchSize,
    failsAt: until === 1 ? Number.POSITIVE_INFINITY : until * images,
  });
}

/** A store in memory under a name of its own. */
class Placed extends CountingStore {
  readonly #uri: string;

  constructor(store: ObjectStore, uri: string) {
    super(store, () => costs);
    this.#uri = uri;
  }

  override get uri(): string {
    return this.#uri;
  }
}

/** What a page asks of the store from a cold start, and again once what it showed is old. */
async function measure(path: string): Promise<Measured> {
  await dashboard?.close();
  dashboard = await startDashboard({
    host: "127.0.0.1",
    port: 0,
    publicUrl: undefined,
    users,
    proxyIdentity: undefined,
    readOnly: false,
    redis: undefined,
    home: home.uri,
    openStore: async (uri, what) =>
      what === "home" ? new CountingStore(home, () => costs) : (places.get(uri) as ObjectStore),
    operations: () => ({ operate: nobodyActs, retry: nobodyActs, submit: nobodyActs }),
    allowed: [],
    onNotice: () => {},
    onFault: (error) => {
      throw error;
    },
  });
  const client = await logInTo(dashboard.url, "alice", password);
  costs = noCosts();
  const { body } = await client.get(path);
  // What goes on in the background of the page counts too.
  await sleep(300);
  const first = costs;
  await sleep(1000);
  costs = noCosts();
  await client.get(path);
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
