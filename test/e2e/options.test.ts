import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { runCases } from "../fixtures/hostile-table.ts";
import { drawnRuns } from "../support/drawn-runs.ts";
import { failureOf } from "../support/failure-of.ts";
import { mustRun, pomona, runArguments } from "../support/pomona.ts";
import { onlyRun } from "../support/run-state.ts";

const { drawings, newOut, run, scratch } = await drawnRuns("options");

describe("options", () => {
  it.each([
    ["--batch-size", "0"],
    ["--components", "2", "--variance", "0.9"],
    ["--max-quarantine", "150%"],
    ["--resampler", "magic"],
    ["--columns", "colour"],
  ])("that are wrong are refused: %s %s", async (...flags) => {
    const refused = await run(drawings, newOut(), ...flags);
    expect(refused).toMatchObject(failureOf(runCases.badOption));
    expect(refused.json.error?.message).toContain(flags[0]);
  });

  it("that do not exist are refused, in JSON too", async () => {
    const refused = await run(drawings, newOut(), "--colour", "red");
    expect(refused.code).toBe(2);
    expect(refused.stdout + refused.stderr).toContain("--colour");
    expect(refused).toMatchObject(failureOf(runCases.badOption));
  });

  it("of the environment are refused by name", async () => {
    const args = runArguments(drawings, newOut());
    const unknown = await pomona(args, { scratch, env: { POMONA_BATCHSIZE: "7" } });
    expect(unknown).toMatchObject(failureOf(runCases.badOption));
    expect(unknown.json.error?.message).toContain("POMONA_BATCHSIZE");
    const wrong = await pomona(args, { scratch, env: { POMONA_BATCH_SIZE: "many" } });
    expect(wrong.json.error?.message).toContain("POMONA_BATCH_SIZE");
  });

  it("of a file must be a JSON object of known names", async () => {
    const file = join(scratch, "options.json");
    const config = (...more: string[]) => run(drawings, newOut(), "--config", file, ...more);
    expect(await config()).toMatchObject(failureOf(runCases.badConfigFile));
    await writeFile(file, "[1, 2]");
    expect(await config()).toMatchObject(failureOf(runCases.badConfigFile));
    await writeFile(file, '{"batchsize": 7}');
    expect(await config()).toMatchObject(failureOf(runCases.badOption));
  });

  it("win over each other in the order flag, environment, file", async () => {
    const file = join(scratch, "pomona.json");
    await writeFile(file, JSON.stringify({ batchSize: 5, limit: 6, glob: "**/*.jpg", csv: "none", components: 3 }));
    const out = newOut();
    const env = { POMONA_BATCH_SIZE: "6", POMONA_LIMIT: "7", POMONA_VARIANCE: "0.5" };
    await mustRun(runArguments(drawings, out, "--config", file, "--limit", "8"), { scratch, env });
    const folder = join(out, "_run", String(await onlyRun(out)));
    const { features } = JSON.parse(await readFile(join(folder, "run.json"), "utf8"));
    expect(features).toMatchObject({ batchSize: 6, limit: 8, glob: "**/*.jpg" });
    const { model } = JSON.parse(await readFile(join(folder, "g1/request.json"), "utf8"));
    expect(model).toMatchObject({ variance: 0.5 });
    expect(model.components).toBeUndefined();
    await expect(readFile(join(out, "result.csv"))).rejects.toThrow("ENOENT");
  });
});
