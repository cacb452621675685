import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { codeBlocks } from "../support/code-blocks.ts";
import { copyPhotos } from "../support/copy-photos.ts";
import { mustRun, runArguments } from "../support/pomona.ts";
import { pythonHas, testPython } from "../support/python.ts";
import { makeScratch } from "../support/scratch.ts";

const modules = ["pandas", "polars", "duckdb", "pyspark"];

describe("docs/reading-results.md", () => {
  let scratch = "";

  beforeAll(async () => {
    scratch = await makeScratch("reading-results");
    await copyPhotos(join(scratch, "photos"), 40);
    await mustRun(runArguments(join(scratch, "photos"), join(scratch, "result")), { scratch });
  });

  for (const { name, code } of codeBlocks("docs/reading-results.md", "python")) {
    const needed = modules.filter((module) => new RegExp(`^(?:import|from) ${module}\\b`, "m").test(code));
    // Half a gigabyte and a Java: run where they are at hand, and said where they are not.
    if (needed.includes("pyspark") && !pythonHas("pyspark")) {
      console.log(`not run, because PySpark is not here: ${name}`);
      continue;
    }
    it.skipIf(!pythonHas(...needed))(`reads with ${name}`, () => {
      const printed = execFileSync(testPython, ["-c", code], { cwd: scratch, encoding: "utf8" });
      expect(printed.trim()).not.toBe("");
      // The last snippet prints how far its own projection is from the table's.
      if (name.startsWith("The model")) expect(Number(printed)).toBeLessThan(1e-9);
    });
  }
});
