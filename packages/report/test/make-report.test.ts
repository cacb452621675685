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
