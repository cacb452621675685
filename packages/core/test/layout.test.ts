import { describe, expect, test } from "vitest";
import { deletableNames, homeLayout, ordinalOf, outputLayout, runLayout } from "../src/layout.ts";

const run = runLayout("20260101-120000-abcdef");

describe("layout", () => {
  test("names as the documentation gives them", () => {
    expect(homeLayout.run("x")).toBe("runs/x.json");
    expect(outputLayout.parquetPart(7)).toBe("parquet/part-00007.parquet");
    expect(outputLayout.logEntry(1)).toBe("_run/log/00000001.json");
    expect(run.batch(12)).toBe("_run/20260101-120000-abcdef/batches/00000012.json");
    expect(run.generation(2).part(3)).toBe("_run/20260101-120000-abcdef/g2/parts/part-00003.parquet");
  });

  test("numbers sort as text", () => {
    const keys = [0, 9, 10, 99_999, 100_000].map(run.shard);
    expect([...keys].sort()).toEqual(keys);
  });

  test("an ordinal comes back from its key, and only from a key of ours", () => {
    expect(ordinalOf(run.batch(345))).toBe(345);
    expect(ordinalOf(run.shard(0))).toBe(0);
    for (const key of ["batches/12.json", "batches/00000012.json.tmp", "00000012", "batches/x0000012.json"]) {
      expect(ordinalOf(key)).toBeUndefined();
    }
  });

  test("everything published may be deleted, nothing of a run's own folder", () => {
    const published = [
      outputLayout.success,
      outputLayout.parquetPart(0),
      outputLayout.csv,
      outputLayout.csvPart(0),
      outputLayout.quarantine,
      outputLayout.scaler,
      outputLayout.pca,
      outputLayout.classes,
      outputLayout.modelFingerprint,
      outputLayout.report,
      outputLayout.reportData,
      outputLayout.plots,
    ];
    for (const key of published) expect(deletableNames.some((name) => key.startsWith(name))).toBe(true);
    expect(deletableNames.some((name) => run.config.startsWith(name))).toBe(false);
  });
});
