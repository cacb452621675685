import { describe, expect, test } from "vitest";
import { UsageError } from "../src/errors.ts";
import { flagOf, resolveConfig, variableOf } from "../src/resolve-config.ts";

describe("resolveConfig", () => {
  test("defaults stand where nothing is given", () => {
    const config = resolveConfig({});
    expect(config.features).toMatchObject({
      glob: "**/*.{jpg,jpeg,png,webp}",
      batchSize: 256,
      resampler: "pillow",
      filter: "bicubic",
      exifRotate: false,
      engine: "auto",
      maxBytes: 67_108_864,
    });
    expect(config.model).toEqual({ components: 2, variance: undefined, partitions: 1, columns: [] });
    expect(config.machine).toMatchObject({ csv: "compact", maxQuarantine: 0.01, giveUpAfter: 120 });
  });

  test("flags go before environment, environment before the file", () => {
    const sources = {
      flags: { batchSize: "7" },
      env: { POMONA_BATCH_SIZE: "8", POMONA_INFER_BATCH: "16" },
      file: { batchSize: 9, inferBatch: 32, partitions: 3 },
    };
    const { features, machine, model } = resolveConfig(sources);
    expect([features.batchSize, machine.inferBatch, model.partitions]).toEqual([7, 16, 3]);
  });

  test("components of a stronger source lift a variance of a weaker one", () => {
    const { model } = resolveConfig({ flags: { components: "5" }, env: { POMONA_VARIANCE: "95%" } });
    expect(model).toMatchObject({ components: 5, variance: undefined });
    const other = resolveConfig({ env: { POMONA_VARIANCE: "95%" }, file: { components: 5 } });
    expect(other.model).toMatchObject({ components: undefined, variance: 0.95 });
  });

  test("an empty value and undefined count as not given", () => {
    const { features } = resolveConfig({ flags: { batchSize: undefined }, env: { POMONA_BATCH_SIZE: "" } });
    expect(features.batchSize).toBe(256);
  });

  test("variables of other programs and of the process are left alone", () => {
    const env = { HOME: "/root", POMONA_HOME: "/x", POMONA_CACHE: "/y", POMONA_CONFIG: "z" };
    expect(resolveConfig({ env })).toEqual(resolveConfig({}));
  });

  test.each([
    [{ flags: { components: "3", variance: "0.5" } }, "--components and --variance exclude each other"],
    [{ env: { POMONA_BATCHSIZE: "3" } }, "environment variable POMONA_BATCHSIZE is no option of Pomona"],
    [{ file: { batchsize: 3 } }, 'unknown option "batchsize" in the configuration file'],
    [{ file: { toString: 3 } }, 'unknown option "toString" in the configuration file'],
    [{ flags: { batchSize: "0" } }, '--batch-size: expected a whole number from 1 to 4096, got "0"'],
    [{ env: { POMONA_BATCH_SIZE: "1e3" } }, "POMONA_BATCH_SIZE: expected a whole number"],
    [{ file: { maxQuarantine: 2 } }, '"maxQuarantine" in the configuration file: expected a share'],
    [{ flags: { engine: "tpu" } }, "--engine: "],
    [{ flags: { columns: "length,colour" } }, "--columns: "],
  ])("refuses %j", (sources, message) => {
    const resolve = () => resolveConfig(sources);
    expect(resolve).toThrow(UsageError);
    expect(resolve).toThrow(message);
  });

  test("names every wrong value at once", () => {
    const resolve = () => resolveConfig({ flags: { batchSize: "x" }, env: { POMONA_MAX_BYTES: "many" } });
    expect(resolve).toThrow(/--batch-size: .*; POMONA_MAX_BYTES: /);
  });

  test("names of an option", () => {
    expect([flagOf("maxQuarantine"), variableOf("maxQuarantine")]).toEqual([
      "--max-quarantine",
      "POMONA_MAX_QUARANTINE",
    ]);
  });
});
