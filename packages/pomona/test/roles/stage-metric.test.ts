import { emptyHistogram, observe } from "@pomona/core";
import { type Metric, Registry } from "prom-client";
import { expect, test } from "vitest";
import { StageMetric } from "../../src/roles/stage-metric.ts";

test("is a histogram in seconds with cumulative buckets", async () => {
  const metric = new StageMetric();
  const registry = new Registry();
  registry.registerMetric(metric as unknown as Metric);
  for (const ms of [0.2, 3, 3.5]) {
    const get = emptyHistogram();
    observe(get, ms);
    metric.add({ get });
  }
  const lines = (await registry.metrics()).split("\n").filter((line) => !line.startsWith("# HELP"));
  expect(lines).toContain("# TYPE pomona_stage_seconds histogram");
  expect(lines).toContain('pomona_stage_seconds_bucket{stage="get",le="0.00025"} 1');
  expect(lines).toContain('pomona_stage_seconds_bucket{stage="get",le="0.002"} 1');
  expect(lines).toContain('pomona_stage_seconds_bucket{stage="get",le="0.004"} 3');
  expect(lines).toContain('pomona_stage_seconds_bucket{stage="get",le="+Inf"} 3');
  expect(lines).toContain('pomona_stage_seconds_count{stage="get"} 3');
  expect(lines).toContain('pomona_stage_seconds_sum{stage="get"} 0.0067');
});
