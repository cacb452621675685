import { encodeJson, outputLayout, runLayout, StoreUnavailableError, UsageError } from "@pomona/core";
import { MemoryStore } from "@pomona/store";
import { describe, expect, test } from "vitest";
import { validateOutput } from "../src/validate-output.ts";
import type { Validation } from "../src/validation.ts";
import { type Draft, makeOutput } from "./make-output.ts";

const failures = ({ checks }: Validation) => checks.filter(({ ok }) => !ok).map(({ name }) => name);
const detail = ({ checks }: Validation, name: string) => checks.find((check) => check.name === name)?.detail;

describe("a valid result", () => {
  test("passes every check and shows the table", async () => {
    const progress: number[] = [];
    const validation = await validateOutput(await makeOutput(), { onProgress: ({ rows }) => progress.push(rows) });
    expect(failures(validation)).toEqual([]);
    expect(validation.ok).toBe(true);
    expect(validation.columns).toEqual([
      { name: "path", type: "string" },
      { name: "label", type: "string" },
      { name: "features", type: "fixed_size_list<float>[6]" },
      { name: "scaledFeatures", type: "fixed_size_list<float>[6]" },
      { name: "pcaFeatures", type: "fixed_size_list<double>[2]" },
    ]);
    expect(validation.head).toHaveLength(5);
    expect(validation.head[0]).toMatchObject({ path: "file:///data/apple/1000.jpg", label: "apple" });
    expect(validation.pcaShape).toEqual([2]);
    // One row group at a time.
    expect(progress).toEqual([8, 16, 24, 32, 40]);
  });

  test("passes after the run's own folder was cleaned, by the published model", async () => {
    const validation = await validateOutput(await makeOutput(undefined, { cleaned: true }));
    expect(failures(validation)).toEqual([]);
  });

  test("passes without CSV where none was asked for", async () => {
    const out = await makeOutput(({ success }) => {
      success.csv = "none";
    });
    await out.delete([outputLayout.csv]);
    expect((await validateOutput(out)).ok).toBe(true);
  });

  test("passes with its CSV in parts, each with a header", async () => {
    const out = await makeOutput();
    await out.delete([outputLayout.csv]);
    await out.put(outputLayout.csvPart(0), Buffer.from(`path,label\n${"a,b\n".repeat(24)}`));
    await out.put(outputLayout.csvPart(1), Buffer.from(`path,label\n${"a,b\n".repeat(16)}`));
    expect((await validateOutput(out)).ok).toBe(true);
  });
});

const broken: readonly (readonly [string, string, (draft: Draft) => void, string | RegExp])[] = [
  ["listed more than is accounted for", "books", ({ success }) => success.books.listed++, "42 listed, but 40"],
  ["a missing image", "books", ({ success }) => success.books.missing++, "1 missing"],
  ["a duplicate", "books", ({ success }) => success.books.duplicates++, "1 duplicates"],
  ["reasons that don't add up", "books", ({ success }) => (success.quarantinedByReason.empty = 1), "2 by reason"],
  ["equal paths", "paths", ({ paths }) => (paths[9] = paths[8]), "file:///data/apple/1008.jpg twice"],
  ["paths out of order, across parts", "paths", (draft) => swap(draft.paths, 23, 24), /1023.jpg after .*1024.jpg/],
  ["a label exchanged for another", "labels", ({ labels }) => (labels[0] = "pear"), "19 rows of apple instead of 20"],
  [
    "a model of other shares",
    "explained variance",
    ({ success }) => (success.model.explainedVariance[1] += 2e-6),
    "component 2 explains",
  ],
  [
    "a component too few in _SUCCESS",
    "explained variance",
    ({ success }) => success.model.explainedVariance.pop(),
    "1 shares for 2 components",
  ],
  ["a component that is off", "projected by model", (draft) => (draft.pca[5] += 1e-7), "pcaFeatures[1] of"],
  [
    "a row less in result.csv",
    "result.csv",
    (draft) => (draft.csv = withoutLine(draft.csv)),
    "39 records instead of 40",
  ],
  ["no row in quarantine.csv", "quarantine.csv", (draft) => (draft.quarantineCsv = "path\n"), "0 records instead of 1"],
  ["vectors of another length", "columns", (draft) => (draft.pca = new Float64Array(3 * 40)), /pcaFeatures .*\[3\]/],
];

function swap(values: string[], a: number, b: number): void {
  [values[a], values[b]] = [values[b], values[a]];
}

function withoutLine(csv: string): string {
  const lines = csv.split("\n");
  lines.splice(3, 1);
  return lines.join("\n");
}

describe("a result with one fault", () => {
  test.each(broken)("%s fails exactly the check of %s", async (_, name, change, message) => {
    const validation = await validateOutput(
      await makeOutput((draft) => {
        change(draft);
      }),
    );
    expect(failures(validation)).toEqual([name]);
    expect(validation.ok).toBe(false);
    expect(detail(validation, name)).toMatch(message);
  });

  test("NaN is named by column and path, and the mean of its column is NaN too", async () => {
    const validation = await validateOutput(
      await makeOutput((draft) => {
        draft.features[7] = Number.NaN;
        draft.scaled[7] = Number.NaN;
        draft.pca[2] = Number.NaN;
        draft.pca[3] = Number.POSITIVE_INFINITY;
      }),
    );
    expect(failures(validation)).toEqual(["finite", "standardised", "explained variance"]);
    expect(detail(validation, "finite")).toBe(
      "features[1] of file:///data/apple/1001.jpg is NaN; scaledFeatures[1] of file:///data/apple/1001.jpg is NaN; " +
        "pcaFeatures[0] of file:///data/apple/1001.jpg is NaN; and 1 more",
    );
  });

  test("features that are not those of the model are found by the scaling", async () => {
    const validation = await validateOutput(await makeOutput((draft) => (draft.features[0] += 0.5)));
    expect(failures(validation)).toEqual(["scaled by model"]);
  });

  test("a scaled value that is off by a millionth is found twice", async () => {
    const validation = await validateOutput(await makeOutput((draft) => (draft.scaled[13] += 1e-6)));
    expect(failures(validation)).toEqual(["scaled by model", "projected by model"]);
    expect(detail(validation, "scaled by model")).toMatch("scaledFeatures[1] of file:///data/apple/1002.jpg is");
  });

  test("a constant column must be 0", async () => {
    const validation = await validateOutput(await makeOutput((draft) => (draft.scaled[3] = 1e-6)));
    expect(failures(validation)).toEqual(["standardised", "scaled by model"]);
    expect(detail(validation, "standardised")).toMatch("column 3 of scaledFeatures");
  });

  test("whole rows exchanged between images are not seen in sums, but the vectors of one row are", async () => {
    const validation = await validateOutput(
      await makeOutput((draft) => {
        const second = draft.scaled.slice(6, 12);
        draft.scaled.copyWithin(6, 0, 6);
        draft.scaled.set(second, 0);
      }),
    );
    expect(failures(validation)).toEqual(["scaled by model", "projected by model"]);
  });

  test("a byte changed in a part", async () => {
    const out = await makeOutput();
    const key = outputLayout.parquetPart(1);
    const bytes = await out.get(key);
    const at = Buffer.from(bytes).lastIndexOf("parquet-rs");
    bytes[at] ^= 1;
    await out.put(key, bytes);
    const validation = await validateOutput(out);
    expect(failures(validation)).toEqual(["parts", "table"]);
    expect(detail(validation, "parts")).toBe("parquet/part-00001.parquet has another sha256 than in _SUCCESS");
  });

  test("a part cut short", async () => {
    const out = await makeOutput();
    const key = outputLayout.parquetPart(1);
    await out.put(key, (await out.get(key)).subarray(0, 900));
    const validation = await validateOutput(out);
    expect(failures(validation)).toEqual(["parts", "table"]);
    expect(detail(validation, "parts")).toMatch("has 900 bytes instead of");
  });

  test("a part that is gone", async () => {
    const out = await makeOutput();
    await out.delete([outputLayout.parquetPart(0)]);
    const validation = await validateOutput(out);
    expect(failures(validation)).toEqual(["parts", "table"]);
    expect(detail(validation, "parts")).toBe("parquet/part-00000.parquet is not there");
  });

  test("rows lost with their part, books and all", async () => {
    const out = await makeOutput(({ success }) => (success.books.listed = success.books.featurized = 41));
    const validation = await validateOutput(out);
    expect(failures(validation)).toContain("rows");
    expect(detail(validation, "rows")).toBe("40 rows instead of 41");
  });

  test("a stranger in parquet/", async () => {
    const out = await makeOutput();
    await out.put("parquet/.part-00000.parquet.crc", Buffer.from("x"));
    const validation = await validateOutput(out);
    expect(failures(validation)).toEqual(["nothing else"]);
    expect(detail(validation, "nothing else")).toBe("parquet/.part-00000.parquet.crc is not named in _SUCCESS");
  });

  test("a published model that is not the one that was fitted", async () => {
    const out = await makeOutput();
    const pca = JSON.parse(Buffer.from(await out.get(outputLayout.pca)).toString());
    pca.U[0][0] += 1e-12;
    await out.put(outputLayout.pca, encodeJson(pca));
    const validation = await validateOutput(out);
    expect(failures(validation)).toEqual(["model"]);
    expect(detail(validation, "model")).toBe("components differs");
  });

  test("no model at all: the rows are said to be unchecked", async () => {
    const out = await makeOutput();
    await out.delete([outputLayout.pca]);
    const validation = await validateOutput(out);
    expect(failures(validation)).toEqual(["model", "rows"]);
    expect(detail(validation, "rows")).toMatch("not checked");
  });

  test("no result.csv", async () => {
    const out = await makeOutput();
    await out.delete([outputLayout.csv]);
    expect(detail(await validateOutput(out), "result.csv")).toBe("the file is not there");
  });
});

test("a store that fails while the table is read is the store's error, not a failed check", async () => {
  const out = await makeOutput();
  const get = out.get.bind(out);
  let reads = 0;
  out.get = async (key, options) => {
    if (key.endsWith(".parquet") && ++reads > 4) throw new StoreUnavailableError("get", key, out.uri, "reset");
    return get(key, options);
  };
  await expect(validateOutput(out)).rejects.toThrow(StoreUnavailableError);
});

describe("no result", () => {
  test.each([
    ["an empty folder", {}, "the folder is empty or not there"],
    ["an unfinished run", { [runLayout("r").config]: "{}" }, "its run is not finished"],
    ["a folder of another program", { "notes.txt": "" }, "not written by Pomona"],
    [
      "an empty _SUCCESS, as Spark writes it",
      { _SUCCESS: "", "part-0.parquet": "" },
      "was not written by this version",
    ],
  ])("%s is a usage error that names it", async (_, objects, message) => {
    const out = new MemoryStore();
    for (const [key, text] of Object.entries(objects)) await out.put(key, Buffer.from(text));
    const validation = validateOutput(out);
    await expect(validation).rejects.toThrow(UsageError);
    await expect(validation).rejects.toThrow(`no result in memory:///: `);
    await expect(validation).rejects.toThrow(message);
  });
});
