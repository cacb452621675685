import type { FeaturesJob, Job } from "@pomona/core";
import { describe, expect, it, test } from "vitest";
import { jobOptions, requirePointer } from "../src/bullmq-settings.ts";

const run = "20261122-120000-abcdef";
const job: FeaturesJob = { kind: "features", id: `${run}-b1-e1`, run, batch: 1, priority: 0 };

describe("requirePointer", () => {
  it("takes the largest jobs that there are", () => {
    const most = { run, priority: Number.MAX_VALUE, generation: 1e9 };
    const large: Job = { ...most, kind: "project", id: `${run}-g999-p99999-e99`, part: 1e8, from: 1e8, to: 1e8 };
    expect(() => requirePointer(large)).not.toThrow();
  });

  it("refuses a job of 300 bytes", () => {
    const fill = (id: string): Job => ({ ...job, id });
    const room = 300 - JSON.stringify(fill("")).length;
    expect(() => requirePointer(fill("i".repeat(room - 1)))).not.toThrow();
    expect(() => requirePointer(fill("i".repeat(room)))).toThrow("has 300 bytes: a job is a pointer of less than 300");
    expect(() => requirePointer(fill("é".repeat(room / 2 + 1)))).toThrow(RangeError);
  });

  test.each(["a:b", "17", ""])("refuses the id %j", (id) => {
    expect(() => requirePointer({ ...job, id })).toThrow(RangeError);
  });

  test.each([Number.NaN, Number.POSITIVE_INFINITY])("refuses the priority %d", (priority) => {
    expect(() => requirePointer({ ...job, priority })).toThrow(RangeError);
  });
});

describe("jobOptions", () => {
  test.each([
    [0, 1],
    [-5, 1],
    [0.9, 1],
    [41.5, 42],
    [2 ** 21 - 2, 2 ** 21 - 1],
    [1e12, 2 ** 21 - 1],
  ])("maps the priority %d to %d", (priority, expected) => {
    expect(jobOptions({ ...job, priority })).toEqual({ jobId: job.id, priority: expected });
  });
});
