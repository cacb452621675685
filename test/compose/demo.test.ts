import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type Compose, openCompose } from "../support/compose.ts";
import { readTable } from "../support/read-table.ts";
import { readSuccess } from "../support/run-state.ts";
import { makeScratch } from "../support/scratch.ts";

let compose: Compose;
let said: string;
let seconds: number;

beforeAll(async () => {
  compose = await openCompose(await makeScratch("compose-demo"));
  const startedAt = performance.now();
  said = await compose.run(["--profile", "demo", "up", "--abort-on-container-exit", "--no-color"]);
  seconds = (performance.now() - startedAt) / 1000;
});
afterAll(async () => {
  await compose?.run(["--profile", "demo", "down", "--volumes", "--timeout", "20"]);
});

it("runs the demo on drawings, since there are no photos, and exits with its exit code", async () => {
  console.log(
    `docker compose --profile demo up --abort-on-container-exit: ${seconds.toFixed(0)} s, the image being there`,
  );
  expect(said).toContain("valid: all");
  const [demo] = await compose.containers("demo");
  expect(demo?.State.ExitCode).toBe(0);
});

it("leaves result and picture on this machine", async () => {
  const demo = join(compose.results, "demo");
  expect((await readSuccess(join(demo, "result"))).books).toMatchObject({ listed: 300, featurized: 300 });
  expect(await readTable(join(demo, "result"))).toHaveLength(300);
  expect(existsSync(join(demo, "photos/banana/banana_001.jpg"))).toBe(true);
  expect(await readFile(join(demo, "scatter.svg"), "utf8")).toContain("<svg");
});
