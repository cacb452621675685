import { describe, expect, test } from "vitest";
import { PomonaError } from "../src/errors.ts";
import { Patience } from "../src/patience.ts";

function patienceAt(giveUpAfterMs: number) {
  const clock = { now: 1000 };
  return { clock, patience: new Patience({ giveUpAfterMs, now: () => clock.now }) };
}

describe("patience", () => {
  test("waits longer with each attempt, at most 5 s and never beyond the end", () => {
    const { clock, patience } = patienceAt(12_000);
    expect([0, 1, 2, 10].map((attempt) => patience.failed("get", attempt, "down"))).toEqual([50, 100, 200, 5000]);
    clock.now += 11_000;
    expect(patience.failed("get", 10, "down")).toBe(1000);
  });

  test("is spent when failures go on for that long, and says why", () => {
    const { clock, patience } = patienceAt(12_000);
    patience.failed("get", 0, new Error("reset"));
    clock.now += 12_000;
    const give = () => patience.failed("get", 9, new Error("reset"));
    expect(give).toThrow(PomonaError);
    expect(give).toThrow("reset (no get succeeded for 12 s)");
  });

  test("anybody's success starts it anew", () => {
    const { clock, patience } = patienceAt(12_000);
    patience.failed("get", 0, "down");
    clock.now += 11_999;
    patience.succeeded("get");
    clock.now += 5000;
    expect(patience.failed("get", 0, "down")).toBe(50);
  });

  test("operations have clocks of their own", () => {
    const { clock, patience } = patienceAt(12_000);
    patience.failed("put", 0, "down");
    clock.now += 12_000;
    patience.succeeded("get");
    expect(patience.failed("get", 0, "down")).toBe(50);
    expect(() => patience.failed("put", 0, "down")).toThrow("no put succeeded");
  });

  test("of the input tells of itself as such", () => {
    const told: string[] = [];
    const patience = new Patience({ giveUpAfterMs: 0, place: "input", onSuccess: (weather) => told.push(weather) });
    patience.succeeded("get");
    expect(told).toEqual(["input get"]);
    expect(() => patience.failed("get", 0, "down")).toThrow(expect.objectContaining({ weather: "input get" }));
  });

  test("none at all gives up at once", () => {
    expect(() => patienceAt(0).patience.failed("list", 0, "down")).toThrow(PomonaError);
  });
});
