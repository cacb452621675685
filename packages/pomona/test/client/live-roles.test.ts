import type { LiveConsumer, PoolRegistry } from "@pomona/queue";
import { describe, expect, test } from "vitest";
import { homeOfPool } from "../../src/client/home-of-pool.ts";
import {
  awaitRoles,
  describeEngineWait,
  describeMissing,
  describeTroubles,
  describeTroublesOf,
  type LiveRoles,
} from "../../src/client/live-roles.ts";
import { poolFlag } from "../../src/client/pool-flag.ts";
import { refuseLocalPlaces } from "../../src/client/refuse-local-places.ts";

const on = (host: string, more: Partial<LiveConsumer> = {}): LiveConsumer => ({
  id: host,
  host,
  pid: 1,
  slots: 1,
  ...more,
});
const nobody: LiveRoles = { coordinators: [], workers: [], reducers: [] };

/** A pool to which a role comes with every look. */
function growing(...order: ("coordinator" | "features" | "reduce")[]): Pick<PoolRegistry, "consumers"> {
  const here = new Set<string>();
  let looks = 0;
  return {
    async consumers(name) {
      if (looks++ % 3 === 0 && order.length > 0) here.add(order.shift() ?? "");
      return here.has(name) ? [on("h")] : [];
    },
  };
}

describe("who is alive in a pool", () => {
  test("says how long engines wait that are fed by decoders", () => {
    const since = { startedAt: "", progressAt: "", rssBytes: 1, jobs: 1, images: 1, imagesPerSecond: 1, restarts: 0 };
    const workers = [
      on("a", { vitals: { ...since, decoders: 8, engineWait: 0.4 } }),
      on("b", { vitals: { ...since, engineWait: 0.4 } }),
      on("c"),
    ];
    expect(describeEngineWait({ workers })).toEqual(["40 % on a (pid 1, 8 decoders)"]);
  });

  test("is described by what is missing and by what keeps it from work", () => {
    expect(describeMissing(nobody)).toBe("no coordinator and no worker");
    expect(describeMissing({ ...nobody, coordinators: [on("a")] })).toBe("no worker");
    expect(describeMissing({ ...nobody, coordinators: [on("a")], workers: [on("b")] })).toBeUndefined();
    const refusing = on("a", { role: "worker", trouble: "refuses run r: other weights" });
    expect(describeTroubles({ ...nobody, workers: [refusing, refusing, on("b")] })).toEqual([
      "2 × worker refuses run r: other weights",
    ]);
  });

  test("is told to whoever asks after one run: nobody there, or nobody that fits", () => {
    const refusing = on("a", { role: "worker", trouble: "refuses run r: engine: x, here y" });
    const pool = { ...nobody, coordinators: [on("c")] };
    expect(describeTroublesOf("r", pool)).toEqual(["this pool has no worker now: the run waits"]);
    const reason = "1 × worker refuses run r: engine: x, here y";
    expect(describeTroublesOf("r", { ...pool, workers: [refusing, on("b")] })).toEqual([reason]);
    expect(describeTroublesOf("r", { ...pool, workers: [refusing] })).toEqual([
      expect.stringContaining("no worker of this pool fits the run"),
      reason,
    ]);
    expect(describeTroublesOf("another", { ...pool, workers: [refusing] })).toEqual([]);
  });

  test("is waited for: what is missing is said at once, and answered at the end", async () => {
    const notices: string[] = [];
    const onNotice = (notice: string): void => void notices.push(notice);
    expect(await awaitRoles({ registry: growing(), waitMs: 100, onNotice })).toBe("no coordinator and no worker");
    expect(notices).toEqual([expect.stringContaining("no coordinator and no worker; waiting")]);
    notices.length = 0;
    const registry = growing("coordinator", "features");
    expect(await awaitRoles({ registry, waitMs: 5000, onNotice })).toBeUndefined();
    expect(notices).toEqual([expect.stringContaining("no worker; waiting 5 s"), expect.stringContaining("no reducer")]);
  });

  test("decides whether a folder of this machine is of any use", () => {
    const refuse = (home: string, roles: LiveRoles, places = ["s3://b/in", "/out"]) =>
      refuseLocalPlaces({ places, home, roles, host: "laptop", cwd: "/" });
    const far = { ...nobody, workers: [on("pod-1")] };
    expect(() => refuse("s3://b/home", far)).toThrow(expect.objectContaining({ code: "local-place", exitCode: 2 }));
    refuse("s3://b/home", far, ["s3://b/in", "s3://b/out"]);
    refuse("s3://b/home", { ...far, reducers: [on("laptop")] });
    refuse("s3://b/home", nobody);
    refuse("/shared/home", far);
  });
});

describe("the home of a pool", () => {
  const options = { cwd: "/work", waitMs: 0, onNotice: () => {} };
  const registry = (home: string | undefined) => ({ home: async () => home });

  test("is the coordinator's; a given one must be the same place", async () => {
    const known = registry("file:///work/home/");
    expect(await homeOfPool({ ...options, registry: known, homeFlag: undefined })).toBe("file:///work/home/");
    expect(await homeOfPool({ ...options, registry: known, homeFlag: "home" })).toBe("file:///work/home/");
    await expect(homeOfPool({ ...options, registry: known, homeFlag: "other" })).rejects.toMatchObject({
      code: "other-home",
      exitCode: 2,
    });
  });

  test("is the given one where no coordinator ever ran, and unknown without that", async () => {
    expect(await homeOfPool({ ...options, registry: registry(undefined), homeFlag: "/h" })).toBe("/h");
    await expect(homeOfPool({ ...options, registry: registry(undefined), homeFlag: undefined })).rejects.toMatchObject({
      code: "no-coordinator",
      exitCode: 1,
    });
  });
});

test("a suggested command names the pool without its password", () => {
  expect(poolFlag("redis://h:1", {})).toBe(" --redis redis://h:1");
  expect(poolFlag("redis://:secret@h:1", {})).toBe(" --redis …");
  expect(poolFlag("redis://:secret@h:1", { POMONA_REDIS: "redis://:secret@h:1" })).toBe("");
});
