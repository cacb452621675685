import { type FeaturesJob, PomonaError } from "@pomona/core";
import { describe, expect, it } from "vitest";
import { completedOutcome, FailedOutcome, readFailure } from "../src/job-outcome.ts";

const run = "20261122-120000-abcdef";
const job: FeaturesJob = { kind: "features", id: `${run}-b1-e1`, run, batch: 1, priority: 0 };
const result = { rows: 1, quarantined: 0, decoded: 1 };

describe("job outcomes", () => {
  it("bring a failure back with code, message and remedy", () => {
    const { message } = new FailedOutcome(
      job,
      new PomonaError("no-engine", 'no "engine"', { remedy: "give --engine" }),
    );
    const error = { code: "no-engine", message: 'no "engine"', remedy: "give --engine" };
    expect(readFailure(message)).toEqual({ state: "failed", job, error });
  });

  it("keep neither stack nor endless messages", () => {
    const outcome = new FailedOutcome(job, new TypeError("x".repeat(1e6)));
    expect(outcome.message.length).toBeLessThan(1500);
    expect(outcome.stack).toBe("");
    expect(readFailure(outcome.message)).toMatchObject({ error: { code: "unexpected" } });
  });

  it("know nothing of failures that no handler made", () => {
    expect(readFailure("job stalled more than allowable limit")).toBeUndefined();
  });

  it("hold results of up to 1 kB", () => {
    expect(completedOutcome(job, result)).toEqual({ job, result });
    const buckets = new Array(1000).fill(0);
    expect(() => completedOutcome(job, { ...result, stages: { get: { count: 1, totalMs: 1, buckets } } })).toThrow(
      expect.objectContaining({ code: "result-too-large" }),
    );
  });
});
