import { outputLayout } from "@pomona/core";
import { expect, test } from "vitest";
import { makeReport } from "../src/make-report.ts";
import type { ReportData } from "../src/report-data.ts";
import { makeOutput } from "./make-output.ts";

const hostile = "<img src=x onerror=alert(1)>.jpg";

test("a report is one page that needs nothing else, its numbers as JSON, and its charts", async () => {
  const out = await makeOutput();
  const data = await makeReport(out);
  expect(JSON.parse(Buffer.from(await out.get(outputLayout.reportData)).toString())).toEqual(data);
  expect(data).toMatchObject<Partial<ReportData>>({
    labelCount: 2,
    sample: { rows: 40, of: 40, seed: 0 },
    dimensions: { dimension: 6, constant: [3], dead: [], rare: [], zeroShare: 1 - 239 / 240 },
    quarantine: [{ reason: "truncated", images: 1, examples: [{ path: "a", stage: "decode", detail: "c" }] }],
    configuration: null,
  });
  const page = await pageOf(out);
  expect(page).toContain("40 images of data");
  expect(page).not.toMatch(/(?:src|href)=["']?(?:https?:)?\/\//);
  expect(page.match(/<svg /g)?.length).toBeGreaterThan(4);
  for (const name of ["map", "scree", "labels", "confusion", "norms"]) {
    const svg = Buffer.from(await out.get(`${outputLayout.plots}${name}.svg`)).toString();
    expect(svg).toMatch(/^<svg /);
    expect(svg).not.toContain("var(--");
    expect(
      Buffer.from(await out.get(`${outputLayout.plots}${name}.png`))
        .subarray(1, 4)
        .toString(),
    ).toBe("PNG");
  }
}, 60_000);

test("hostile names are text, and charts of an earlier report that there is no more are removed", async () => {
  const out = await makeOutput((draft) => {
    draft.paths[0] = `file:///data/${hostile}/${hostile}`;
    draft.labels[0] = hostile;
    draft.success.labels = { [hostile]: 1, apple: 19, pear: 20 };
  });
  await out.put(`${outputLayout.plots}older.svg`, Buffer.from("<svg/>"));
  await makeReport(out);
  expect(await pageOf(out)).not.toContain("<img");
  expect(await out.stat(`${outputLayout.plots}older.svg`)).toBeUndefined();
}, 60_000);

test("shows how the classifiers of model/ did, by the names of labels", async () => {
  const out = await makeOutput();
  expect((await makeReport(out)).classifiers).toBeNull();
  expect(await pageOf(out)).not.toContain("Classifiers");

  const comparison = { rows: 40, folds: 5, labelsBySeries: 1, best: "logistic", k: 5 };
  const results = {
    knn: {
      accuracy: 0.9,
      correct: 36,
      confusion: [
        [0, 0, 18],
        [0, 1, 1],
        [1, 0, 3],
        [1, 1, 18],
      ],
    },
    logistic: {
      accuracy: 1,
      correct: 40,
      confusion: [
        [0, 0, 19],
        [1, 1, 21],
      ],
    },
  };
  const put = (name: string, value: object) =>
    out.put(
      outputLayout.modelFile(`${name}.json`),
      Buffer.from(JSON.stringify({ name: `pomona.${name}`, version: 1, ...value })),
    );
  await put("classes", { classes: [hostile, "pear"] });
  await put("classifiers", { ...comparison, results });
  const { classifiers } = await makeReport(out);
  expect(classifiers).toMatchObject({
    rows: 40,
    folds: 5,
    labels: 2,
    best: "logistic",
    skipped: null,
    modelFrom: null,
  });
  expect(classifiers?.results).toEqual([
    {
      name: "knn",
      accuracy: 0.9,
      correct: 36,
      confused: [
        { label: "pear", takenFor: hostile, rows: 3 },
        { label: hostile, takenFor: "pear", rows: 1 },
      ],
    },
    { name: "logistic", accuracy: 1, correct: 40, confused: [] },
  ]);
  const page = await pageOf(out);
  expect(page).toContain('href="#classifiers"');
  expect(page).toContain("<strong>logistic</strong>");
  expect(page).toContain("36 of 40");
  expect(page).toContain("1 of 2 labels");
  expect(page).not.toContain("<img src=x");

  await put("classifiers", { ...comparison, best: "knn", skipped: "more than 1000 labels", results: {} });
  await makeReport(out);
  expect(await pageOf(out)).toContain("were not compared: more than 1000 labels");

  await out.put(outputLayout.modelFile("classifiers.json"), Buffer.from("{"));
  await expect(makeReport(out)).rejects.toMatchObject({ code: "unreadable-model" });
}, 120_000);

test("does not speak of a result that was replaced while it was drawn, or of another run's", async () => {
  const out = await makeOutput();
  await expect(makeReport(out, { run: "another" })).rejects.toMatchObject({ code: "result-replaced" });
  const success = JSON.parse(Buffer.from(await out.get(outputLayout.success)).toString());
  const openInput = async () => {
    await out.put(outputLayout.success, Buffer.from(JSON.stringify({ ...success, finishedAt: "later" })));
    throw new Error("no photos");
  };
  await expect(makeReport(out, { openInput })).rejects.toMatchObject({ code: "result-replaced" });
  expect(await out.stat(outputLayout.report)).toBeUndefined();
}, 60_000);

test("a random network and unreadable pictures are said", async () => {
  const out = await makeOutput((draft) => {
    draft.success.untrained = true;
  });
  const notices: string[] = [];
  await makeReport(out, {
    openInput: () => Promise.reject(new Error("no such folder")),
    onNotice: (message) => notices.push(message),
  });
  expect(notices).toEqual(["The report has no pictures: no such folder"]);
  expect(await pageOf(out)).toContain("The network is random");
}, 60_000);

async function pageOf(out: Awaited<ReturnType<typeof makeOutput>>): Promise<string> {
  return Buffer.from(await out.get(outputLayout.report)).toString();
}
