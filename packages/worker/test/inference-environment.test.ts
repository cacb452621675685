import { expect, test } from "vitest";
import { inferenceEnvironment } from "../src/inference-environment.ts";

test.each([
  { cores: 2, workers: 2, threads: "1" },
  { cores: 8, workers: 2, threads: "4" },
  { cores: 8, workers: 3, threads: "3" },
  { cores: 2, workers: 6, threads: "1" },
])("$workers processes on $cores cores decode $threads files each at a time", ({ threads, ...machine }) => {
  expect(inferenceEnvironment({ PATH: "/bin" }, machine)).toMatchObject({ PATH: "/bin", UV_THREADPOOL_SIZE: threads });
});
