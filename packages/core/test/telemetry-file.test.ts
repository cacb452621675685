import { describe, expect, test } from "vitest";
import { runLayout } from "../src/layout.ts";
import type { ObjectStore } from "../src/object-store.ts";
import { encodeJson } from "../src/run-file.ts";
import { decodeTelemetry, newestTelemetry } from "../src/telemetry-file.ts";

const run = "20260101-120000-aaaaaa";
const layout = runLayout(run);
const base = { name: "pomona.telemetry", version: 1, at: "2026-01-01T12:00:00.000Z", quarantined: 0, decoded: 0 };
const progress = { phase: "featurizing", done: 5, listed: 9, quarantined: 1, pendingBatches: 2, resumed: 0 };

/** Telemetry of these minutes, `listed` being the minute, in a store that counts the keys that it lists. */
function storeOf(minutes: readonly number[]) {
  const files = new Map(
    minutes.map((minute) => [layout.telemetryMinute(minute), encodeJson({ ...base, listed: minute, stages: {} })]),
  );
  const seen: string[] = [];
  const store = {
    async *list({ prefix = "", after = "" } = {}) {
      for (const key of files.keys()) {
        if (!key.startsWith(prefix) || key <= after) continue;
        seen.push(key);
        yield { key, size: 0, modifiedAt: 0 };
      }
    },
    get: async (key: string) => files.get(key),
  } as unknown as ObjectStore;
  return { store, seen };
}

describe("telemetry as it is stored", () => {
  test("says again what was told of progress, a total that is not known included", () => {
    const stored = encodeJson({ ...base, listed: 9, stages: {}, progress, generation: 1, quarantinedBatches: [3] });
    const { progress: told, ...rest } = decodeTelemetry(stored) ?? {};
    expect(told).toEqual({ ...progress, total: undefined });
    expect(rest).toMatchObject({ generation: 1, quarantinedBatches: [3] });
  });

  test("is read where it says nothing of progress, as earlier versions wrote it", () => {
    const old = decodeTelemetry(encodeJson({ ...base, listed: 9, stages: {} }));
    expect(old).toMatchObject({ listed: 9, phases: [], series: [] });
    expect([old?.progress, old?.generation, old?.quarantinedBatches]).toEqual([undefined, undefined, undefined]);
  });

  test("is found by its time without listing what is older, and without a time by listing all", async () => {
    const minutes = Array.from({ length: 1000 }, (_, i) => 100 + i);
    const { store, seen } = storeOf(minutes);
    expect((await newestTelemetry(store, run, 1098.5 * 60_000))?.listed).toBe(1099);
    expect(seen.length).toBeLessThanOrEqual(3);
    expect((await newestTelemetry(store, run))?.listed).toBe(1099);
  });

  test("is found where it is older than was thought", async () => {
    const { store } = storeOf([100, 101]);
    expect((await newestTelemetry(store, run, 500 * 60_000))?.listed).toBe(101);
    expect(await newestTelemetry(storeOf([]).store, run, 500 * 60_000)).toBeUndefined();
  });
});
