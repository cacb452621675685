import { expect, test } from "vitest";
import { reduceEnvironment } from "../src/reduce-environment.ts";

test("what a reduce process is told comes on top of what it is given", () => {
  const environment = reduceEnvironment({ PATH: "/bin", MALLOC_ARENA_MAX: "8" });
  expect(environment).toMatchObject({ PATH: "/bin", MALLOC_ARENA_MAX: "2" });
  expect(Number(environment.MALLOC_MMAP_THRESHOLD_)).toBeGreaterThan(0);
});
